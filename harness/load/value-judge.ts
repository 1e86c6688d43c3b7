/**
 * Judges a sample of the values read while the load runs, by what this agent alone can prove. The body must be, byte for
 * byte, a document that is written to the key asked for. It is stale when a write of this agent had overwritten it:
 *
 *   its PUT was acknowledged -> then a later write to the key was sent -> and acknowledged -> then the GET was sent
 *
 * Writes that overlap may take effect in either order, writes without a 204 at any time or never, and those of other
 * agents are unordered to this one: none of them proves anything. A service that promises only bounded staleness has the
 * bound's time after the acknowledgement.
 *
 * The order of events is kept as a count of the writes sent, which is this agent's clock.
 */
import type { ValueCounts } from "../core/measurement.ts";
import { operationCodes, parseDocument } from "../core/workload.ts";
import type { WrittenDocuments } from "../core/workload/written.ts";
import type { RequestSource } from "./requests.ts";

/** One of this many GETs is judged: cheap beside the other 63. */
export const sampleEvery = 64;

/** Acknowledgements remembered: of the last four million writes of an agent, minutes at full load. */
const remembered = 2 ** 22;
const notAcknowledged = 0xffff_ffff;

/** What a connection carries of its request for the judge; made once, so that nothing is allocated. */
export class Ticket {
  key = 0;
  /** Of a PUT; 0 of a DELETE. */
  version = 0;
  /** When a write was sent, on the agent's clock. */
  sentClock = 0;
  /** Of a GET: a value acknowledged before this was overwritten. */
  floor = 0;
  /** Of a GET: its body is kept and judged. */
  sampled = false;
}

/** A request that has its answer. */
export interface JudgedRequest {
  readonly operation: number;
  readonly ticket: Ticket;
  /** The body is there when the ticket asked for it and the engine keeps bodies. */
  readonly answer: { readonly status: number; readonly body: string | null };
}

export interface JudgeSetup {
  readonly documents: WrittenDocuments;
  readonly keyCount: number;
  readonly agent: number;
  readonly agents: number;
  /** How long an acknowledged write may stay unseen; 0: a service's own writes are seen at once. */
  readonly stalenessBoundMs: number;
}

export class ValueJudge {
  readonly #setup: JudgeSetup;
  readonly #boundUs: number;
  /** By key: the latest send of a write that is acknowledged, and has been for the bound. */
  readonly #floors: Uint32Array;
  /** By key: the send of an acknowledged write that waits for the bound to pass, and its acknowledgement. */
  readonly #waiting: Uint32Array;
  readonly #waitingSinceUs: Float64Array;
  /** By version: the clock at its acknowledgement. */
  readonly #acknowledged = new Uint32Array(remembered);
  #clock = 0;
  #newestVersion = 0;
  #gets = 0;
  #counts = noCounts();

  constructor(setup: JudgeSetup) {
    this.#setup = setup;
    this.#boundUs = setup.stalenessBoundMs * 1e3;
    this.#floors = new Uint32Array(setup.keyCount);
    this.#waiting = new Uint32Array(this.#boundUs > 0 ? setup.keyCount : 0);
    this.#waitingSinceUs = new Float64Array(this.#waiting.length);
  }

  /** The request that the source has just given is sent now, on the connection of this ticket. */
  sending(ticket: Ticket, { operation, key, version }: RequestSource, atUs: number): void {
    if (operation === operationCodes.get) {
      ticket.sampled = ++this.#gets % sampleEvery === 0;
      if (!ticket.sampled) return;
      ticket.key = key;
      if (this.#boundUs > 0) this.#settle(key, atUs);
      ticket.floor = this.#floors[key] ?? 0;
      return;
    }
    ticket.sampled = false;
    ticket.key = key;
    ticket.sentClock = ++this.#clock;
    ticket.version = 0;
    if (operation !== operationCodes.put) return;
    ticket.version = this.#newestVersion = version;
    this.#acknowledged[this.#placeOf(version)] = notAcknowledged;
  }

  answered({ operation, ticket, answer }: JudgedRequest, atUs: number): void {
    if (operation !== operationCodes.get) {
      if (answer.status === 204) this.#acknowledge(ticket, atUs);
    } else if (ticket.sampled && answer.status === 200 && answer.body !== null) {
      this.#judge(ticket, answer.body);
    }
  }

  /** What was judged since the last call. */
  takeCounts(): ValueCounts {
    const counts = this.#counts;
    this.#counts = noCounts();
    return counts;
  }

  #acknowledge({ key, version, sentClock }: Ticket, atUs: number): void {
    if (version > 0) this.#acknowledged[this.#placeOf(version)] = this.#clock;
    if (this.#boundUs === 0) {
      this.#floors[key] = Math.max(this.#floors[key] ?? 0, sentClock);
      return;
    }
    this.#settle(key, atUs);
    // Only one waits at a time: what comes meanwhile is overtaken later, which is the service's advantage.
    if (this.#waiting[key] !== 0) return;
    this.#waiting[key] = sentClock;
    this.#waitingSinceUs[key] = atUs;
  }

  /** Lets the write that waits count, once the bound has passed. */
  #settle(key: number, atUs: number): void {
    const waiting = this.#waiting[key] ?? 0;
    if (waiting === 0 || atUs - (this.#waitingSinceUs[key] ?? 0) < this.#boundUs) return;
    this.#floors[key] = Math.max(this.#floors[key] ?? 0, waiting);
    this.#waiting[key] = 0;
  }

  #judge({ key, floor }: Ticket, body: string): void {
    this.#counts.judged++;
    const said = parseDocument(body);
    if (said !== null && said.keyIndex !== key) this.#counts.wrongKey++;
    else if (said === null || !this.#isWritten(key, said.version, body)) this.#counts.corrupt++;
    else if (this.#acknowledgedAt(said.version) < floor) this.#counts.stale++;
  }

  #isWritten(key: number, version: number, body: string): boolean {
    if (this.#isOwn(version) && version > this.#newestVersion) return false; // not sent yet
    return this.#setup.documents.document(key, version) === body;
  }

  /** On the agent's clock: 0 for what was there before, the end of time for what proves nothing. */
  #acknowledgedAt(version: number): number {
    if (version === 0) return 0;
    const forgotten = this.#newestVersion - version >= remembered * this.#setup.agents;
    return !this.#isOwn(version) || forgotten ? notAcknowledged : (this.#acknowledged[this.#placeOf(version)] ?? notAcknowledged);
  }

  #isOwn(version: number): boolean {
    return version > 0 && (version - 1) % this.#setup.agents === this.#setup.agent;
  }

  #placeOf(version: number): number {
    return Math.floor((version - 1) / this.#setup.agents) % remembered;
  }
}

export function noCounts(): { -readonly [Name in keyof ValueCounts]: ValueCounts[Name] } {
  return { judged: 0, wrongKey: 0, corrupt: 0, stale: 0 };
}
