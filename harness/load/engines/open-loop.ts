/**
 * Requests are sent when the schedule says, whether or not earlier ones were answered. The window is the requests due in
 * it, each followed to its end: none is in flight at either edge.
 *
 * A due request without a free connection waits for one, in order: the queue is the part of the schedule between the next
 * request and now. Its response time runs from its intended start, and so does its timeout; one that times out in
 * the queue is scheduled but never sent. Schedule lag is the agent's own lateness only: from the moment when the request
 * was due and a connection free, to the send.
 */
import { Alarm } from "../alarm.ts";
import { nowUs } from "../clock.ts";
import type { LoopMeasurement } from "../messages.ts";
import { Recorder, type NotOpened } from "../recorder.ts";
import { ResourceWindow } from "../resources.ts";
import { arrivedUs } from "../turn.ts";
import { FreeConnections } from "./free-connections.ts";
import { countOpen, Overdue, sweepMs, type Connection, type Loop, type LoopSetup, type LossKind } from "./loop.ts";

type AtEnd = Pick<LoopMeasurement, "busyShare" | "cpuS" | "openAtEnd">;

export class OpenLoop implements Loop {
  readonly #setup: LoopSetup;
  /** Due times of this agent, us from the start. */
  readonly #due: Float64Array;
  readonly #firstRecorded: number;
  readonly #windowStartUs: number;
  readonly #windowEndUs: number;
  readonly #free: FreeConnections;
  readonly #alarm: Alarm;
  readonly #recorder: Recorder;
  #next = 0;
  #inFlight = 0;
  #resources: ResourceWindow | null = null;
  #atEnd: AtEnd | null = null;
  readonly #overdue: Overdue;
  #sweep: NodeJS.Timeout | undefined;
  #started = false;
  readonly #done = Promise.withResolvers<LoopMeasurement>();

  constructor(setup: LoopSetup, due: Float64Array) {
    const leadInUs = setup.order.leadInMs * 1e3;
    const afterLeadIn = due.findIndex((atUs) => atUs >= leadInUs);
    this.#setup = setup;
    this.#due = due;
    this.#firstRecorded = afterLeadIn < 0 ? due.length : afterLeadIn;
    this.#windowStartUs = setup.order.startAtUs + leadInUs;
    this.#windowEndUs = this.#windowStartUs + setup.order.durationMs * 1e3;
    this.#recorder = new Recorder();
    this.#overdue = new Overdue(setup.connections, setup.timeoutUs);
    this.#free = new FreeConnections(setup.connections);
    this.#alarm = new Alarm(() => this.#sendDue(), setup.order.lastStretchUs);
  }

  run(): Promise<LoopMeasurement> {
    setTimeout(() => this.#start(), Math.max(0, (this.#setup.order.startAtUs - nowUs()) / 1e3));
    return this.#done.promise;
  }

  answered(connection: Connection, atUs: number): void {
    this.#alarm.worked = true;
    this.#inFlight--;
    const cameUs = arrivedUs(atUs, connection.sentUs);
    if (connection.recorded) this.#recorder.answered(connection, cameUs);
  }

  failed(connection: Connection, kind: LossKind, atUs: number): void {
    this.#inFlight--;
    this.#setup.requests.ledger.lost(atUs);
    if (connection.recorded) this.#recorder.failed(kind);
  }

  /** A connection that cannot be opened has cost the request it would have carried. */
  notOpened(kind: NotOpened, atUs: number): void {
    if (!this.#started || !this.#isDue(atUs) || !this.#skipNext()) return;
    this.#setup.requests.ledger.lost(atUs);
    this.#recorder.sent(this.#setup.requests.source.operation);
    this.#recorder.failed(kind);
  }

  free(connection: Connection): void {
    this.#free.add(connection);
    if (this.#started && this.#next < this.#due.length) this.#sendDue();
  }

  #start(): void {
    this.#started = true;
    this.#sweep = setInterval(() => this.#sweepOverdue(), sweepMs);
    this.#sendDue();
  }

  #sendDue(): void {
    let atUs = nowUs();
    while (this.#isDue(atUs)) {
      const connection = this.#free.take();
      if (connection === undefined) return; // free() comes back here
      this.#send(connection, atUs);
      atUs = nowUs();
    }
    if (this.#next < this.#due.length) this.#alarm.set(this.#dueUs());
  }

  #send(connection: Connection, atUs: number): void {
    const { source, ledger } = this.#setup.requests;
    const dueUs = this.#dueUs();
    const recorded = this.#next >= this.#firstRecorded;
    const request = source.next();
    this.#next++;
    this.#inFlight++;
    this.#alarm.worked = true;
    if (recorded) {
      this.#recorder.sent(source.operation);
      this.#recorder.lag(atUs - Math.max(dueUs, connection.freeSinceUs));
    }
    ledger.due(dueUs);
    ledger.sending(connection.ticket, source, atUs);
    connection.send(request, source.operation, dueUs, atUs, recorded);
  }

  /** Takes the next request off the schedule without sending it; whether it was due in the window. */
  #skipNext(): boolean {
    const { source, ledger } = this.#setup.requests;
    source.next();
    ledger.due(this.#dueUs());
    return this.#next++ >= this.#firstRecorded;
  }

  #sweepOverdue(): void {
    const { requests, timeoutUs } = this.#setup;
    const atUs = nowUs();
    this.#accountFor(atUs);
    for (const connection of this.#overdue.at(atUs, Math.min(atUs, this.#dueUs()))) {
      this.#inFlight--;
      requests.ledger.lost(atUs);
      if (connection.recorded) this.#recorder.timedOut(connection.operation, timeoutUs);
      connection.abandon();
    }
    while (this.#isDue(atUs - timeoutUs)) {
      requests.ledger.lost(atUs);
      if (this.#skipNext()) this.#recorder.neverSent(requests.source.operation, timeoutUs);
    }
    if (this.#next === this.#due.length && this.#inFlight === 0 && this.#atEnd) void this.#finish(this.#atEnd);
    else if (this.#next < this.#due.length) this.#sendDue();
  }

  #accountFor(atUs: number): void {
    if (atUs >= this.#windowStartUs) this.#resources ??= new ResourceWindow(() => this.#alarm.idlePollUs);
    if (atUs < this.#windowEndUs || this.#atEnd !== null || this.#resources === null) return;
    this.#atEnd = { ...this.#resources.end(), openAtEnd: countOpen(this.#setup.connections) };
  }

  async #finish(atEnd: AtEnd): Promise<void> {
    clearInterval(this.#sweep);
    await this.#alarm.close();
    this.#done.resolve(
      this.#recorder.finish({
        elapsedS: this.#setup.order.durationMs / 1e3,
        scheduled: this.#due.length - this.#firstRecorded,
        inFlightAtStart: 0,
        inFlightAtEnd: 0,
        ...atEnd,
      }),
    );
  }

  #isDue(atUs: number): boolean {
    return this.#next < this.#due.length && this.#dueUs() <= atUs;
  }

  #dueUs(): number {
    return this.#setup.order.startAtUs + (this.#due[this.#next] ?? Infinity);
  }
}
