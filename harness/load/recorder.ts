/** Counts what happens to the requests of one window in one agent. Plain arrays: it runs at every request. */
import { operations, type Operation } from "../core/operations.ts";
import type { LoopMeasurement, AgentOperation } from "./messages.ts";
import { Microseconds } from "./microseconds.ts";
import type { CacheHeader } from "./response-header.ts";

/** Why a request ended without a whole, well-formed answer. */
export type FailureKind = "reset" | "early-close" | "malformed" | NotOpened;

/** Why a connection could not be opened. */
export type NotOpened = "refused" | "connect-timeout";

/** What the recorder asks of a request that has its answer; a Connection is one, so that nothing is allocated. */
export interface SettledRequest {
  readonly operation: number;
  readonly dueUs: number;
  readonly sentUs: number;
  readonly answer: { readonly status: number; readonly cache: CacheHeader; readonly bytes: number };
}

/** What the loop knows of the window, beside the requests. */
type WindowFacts = Pick<
  LoopMeasurement,
  "elapsedS" | "scheduled" | "inFlightAtStart" | "inFlightAtEnd" | "openAtEnd" | "busyShare" | "cpuS"
>;

const statusLimit = 1000;
const getCode = 0;

class OperationRecorder {
  sent = 0;
  readonly statuses = new Uint32Array(statusLimit);
  readonly serviceTime = new Microseconds();
  readonly responseTime = new Microseconds();

  finish(): AgentOperation {
    const statuses: Record<string, number> = {};
    this.statuses.forEach((count, status) => {
      if (count > 0) statuses[status] = count;
    });
    return {
      sent: this.sent,
      statuses,
      serviceTimeUs: this.serviceTime.counts(),
      responseTimeUs: this.responseTime.counts(),
    };
  }
}

export class Recorder {
  readonly #operations = operations.map(() => new OperationRecorder());
  readonly #failed: Partial<Record<FailureKind, number>> = {};
  readonly #lag = new Microseconds();
  readonly #cache = new Uint32Array(3);
  #received = 0;
  #timedOut = 0;
  #bytes = 0;

  sent(operation: number): void {
    this.#of(operation).sent++;
  }

  lag(us: number): void {
    this.#lag.record(us);
  }

  answered(request: SettledRequest, atUs: number): void {
    const { status, cache, bytes } = request.answer;
    this.#received++;
    this.#bytes += bytes;
    const own = this.#of(request.operation);
    own.statuses[status] = (own.statuses[status] ?? 0) + 1;
    own.serviceTime.record(atUs - request.sentUs);
    own.responseTime.record(atUs - request.dueUs);
    if (request.operation === getCode) this.#cache[cache] = (this.#cache[cache] ?? 0) + 1;
  }

  /** Censored: all that is known is that the answer would have taken longer than the timeout. */
  timedOut(operation: number, timeoutUs: number): void {
    this.#timedOut++;
    this.#of(operation).responseTime.record(timeoutUs);
  }

  /** Waited for a free connection until its timeout: scheduled and censored, but never sent. */
  neverSent(operation: number, timeoutUs: number): void {
    this.#of(operation).responseTime.record(timeoutUs);
  }

  failed(kind: FailureKind): void {
    this.#failed[kind] = (this.#failed[kind] ?? 0) + 1;
  }

  finish(window: WindowFacts): LoopMeasurement {
    const [get, put, remove] = this.#operations.map((operation) => operation.finish());
    return {
      ...window,
      scheduleLagUs: window.scheduled === null ? null : this.#lag.counts(),
      received: this.#received,
      timedOut: this.#timedOut,
      failed: this.#failed,
      bytesReceived: this.#bytes,
      operations: { get, put, delete: remove } as Record<Operation, AgentOperation>,
      cache: { l1: this.#cache[1] ?? 0, l2: this.#cache[2] ?? 0, absent: this.#cache[0] ?? 0 },
    };
  }

  #of(operation: number): OperationRecorder {
    return this.#operations[operation] as OperationRecorder;
  }
}
