/** One load point being driven: what a closed and an open loop share. */
import type { FailureKind, NotOpened, SettledRequest } from "../recorder.ts";
import type { LoopMeasurement, MeasureOrder } from "../messages.ts";
import type { Requests } from "../requests.ts";
import type { JudgedRequest } from "../value-judge.ts";

/** A connection with at most one request outstanding, as a loop sees it. */
export interface Connection extends SettledRequest, JudgedRequest {
  /** The answer that is there now: the next one to any connection may stand in the same place. */
  readonly answer: SettledRequest["answer"] & JudgedRequest["answer"];
  /** Whether the request in flight belongs to the window. */
  readonly recorded: boolean;
  readonly inFlight: boolean;
  /** Open, and nothing outstanding. */
  readonly isFree: boolean;
  readonly freeSinceUs: number;
  /** Stands in the loop's queue of free connections. */
  queued: boolean;
  send(request: string, operation: number, dueUs: number, sentUs: number, recorded: boolean): void;
  /** Gives up the request in flight; the answer, if it ever comes, finds nobody. The connection is opened anew. */
  abandon(): void;
}

/** How a request in flight is lost. */
export type LossKind = Exclude<FailureKind, NotOpened>;

export interface ConnectionOwner {
  /** A whole answer is there, described by connection.answer. */
  answered(connection: Connection, atUs: number): void;
  /** The request in flight is lost. */
  failed(connection: Connection, kind: LossKind, atUs: number): void;
  /** The connection could not be opened again; it keeps trying. */
  notOpened(kind: NotOpened, atUs: number): void;
  /** Open and nothing outstanding, since just now. */
  free(connection: Connection, atUs: number): void;
}

export interface LoopSetup {
  readonly connections: readonly Connection[];
  readonly requests: Requests;
  readonly timeoutUs: number;
  readonly order: MeasureOrder;
}

export interface Loop extends ConnectionOwner {
  /** Drives the lead-in and the window, and resolves when the last request is settled. */
  run(): Promise<LoopMeasurement>;
}

export function countOpen(connections: readonly Connection[]): number {
  return connections.filter(({ isFree, inFlight }) => isFree || inFlight).length;
}

/** How often timeouts are looked for, at most; they are recorded at the timeout, whenever they are found. */
export const sweepMs = 10;

/**
 * Requests that have waited beyond the timeout, counted from their intended start. To look at a thousand connections takes an agent
 * 100 us and more, in which it sends and reads nothing; so it looks again only when one that was waiting then can have timed out.
 */
export class Overdue {
  readonly #connections: readonly Connection[];
  readonly #timeoutUs: number;
  #nextLookUs = 0;

  constructor(connections: readonly Connection[], timeoutUs: number) {
    this.#connections = connections;
    this.#timeoutUs = timeoutUs;
  }

  /** @param nextDueUs no request that is sent from now on was due before. */
  at(atUs: number, nextDueUs = atUs): readonly Connection[] {
    if (atUs < this.#nextLookUs) return [];
    const found: Connection[] = [];
    let oldestUs = nextDueUs;
    for (const connection of this.#connections) {
      if (!connection.inFlight) continue;
      if (atUs - connection.dueUs >= this.#timeoutUs) found.push(connection);
      else oldestUs = Math.min(oldestUs, connection.dueUs);
    }
    this.#nextLookUs = oldestUs + this.#timeoutUs;
    return found;
  }
}
