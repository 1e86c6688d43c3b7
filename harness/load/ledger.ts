/**
 * Every request that a session sends and every answer that it gets, from connecting to the end, windows or not: what the
 * service counts itself can be held against it exactly. And what is read goes to the judge.
 */
import type { RequestTotals } from "../core/measurement.ts";
import { operations, type Operation } from "../core/operations.ts";
import type { AgentMeasurement, MeasureOrder } from "./messages.ts";
import type { RequestSource } from "./requests.ts";
import { type JudgedRequest, noCounts, type Ticket, type ValueJudge } from "./value-judge.ts";

const statusLimit = 1000;
const stepUs = 100_000;

export class Ledger {
  readonly #sent = new Float64Array(operations.length);
  readonly #statuses = operations.map(() => new Float64Array(statusLimit));
  readonly #judge: ValueJudge | null;
  #series = new Series(0, 0, 0);

  /** @param judge null where nobody knows what should be read. */
  constructor(judge: ValueJudge | null) {
    this.#judge = judge;
  }

  /** A load point begins: its answers are counted in steps, lead-in included. */
  begin({ startAtUs, leadInMs, durationMs }: MeasureOrder): void {
    this.#series = new Series(startAtUs + leadInMs * 1e3, Math.ceil((leadInMs * 1e3) / stepUs), Math.ceil((durationMs * 1e3) / stepUs));
  }

  /** The request that the source has just given is sent now, on the connection of this ticket. */
  sending(ticket: Ticket, source: RequestSource, atUs: number): void {
    this.#sent[source.operation] = (this.#sent[source.operation] ?? 0) + 1;
    this.#judge?.sending(ticket, source, atUs);
  }

  answered(request: JudgedRequest & { readonly dueUs: number }, atUs: number): void {
    this.#series.add(atUs, atUs - request.dueUs, request.answer.status);
    const statuses = this.#statuses[request.operation] as Float64Array;
    statuses[request.answer.status] = (statuses[request.answer.status] ?? 0) + 1;
    this.#judge?.answered(request, atUs);
  }

  /** When a request of the open loop was due, whether or not it could be sent. */
  due(atUs: number): void {
    this.#series.due(atUs);
  }

  /** A request has failed or timed out. */
  lost(atUs: number): void {
    this.#series.lost(atUs);
  }

  /** The load point has ended; what is said of it. */
  end(): Pick<AgentMeasurement, "values" | "per100Ms"> {
    return { values: this.#judge?.takeCounts() ?? noCounts(), per100Ms: this.#series.take() };
  }

  totals(): RequestTotals {
    const of = (operation: number) => ({ sent: this.#sent[operation] ?? 0, statuses: byStatus(this.#statuses[operation] ?? []) });
    return Object.fromEntries(operations.map((name, i) => [name, of(i)])) as Record<Operation, RequestTotals[Operation]>;
  }
}

function byStatus(counts: ArrayLike<number>): Record<string, number> {
  return Object.fromEntries(Array.from(counts, (count, status) => [status, count] as const).filter(([, count]) => count > 0));
}

class Series {
  readonly #leadInSteps: number;
  readonly #startUs: number;
  readonly #answers: Uint32Array;
  readonly #responseUs: Float64Array;
  readonly #faults: Uint32Array;
  readonly #due: Uint32Array;
  readonly #lost: Uint32Array;

  constructor(windowStartUs: number, leadInSteps: number, windowSteps: number) {
    this.#leadInSteps = leadInSteps;
    this.#startUs = windowStartUs - leadInSteps * stepUs;
    this.#answers = new Uint32Array(leadInSteps + windowSteps);
    this.#responseUs = new Float64Array(this.#answers.length);
    this.#faults = new Uint32Array(this.#answers.length);
    this.#due = new Uint32Array(this.#answers.length);
    this.#lost = new Uint32Array(this.#answers.length);
  }

  due(atUs: number): void {
    this.#count(this.#due, atUs);
  }

  lost(atUs: number): void {
    this.#count(this.#lost, atUs);
  }

  #count(series: Uint32Array, atUs: number): void {
    const step = this.#stepOf(atUs);
    if (step !== null) series[step] = (series[step] ?? 0) + 1;
  }

  #stepOf(atUs: number): number | null {
    const step = Math.floor((atUs - this.#startUs) / stepUs);
    return step < 0 || step >= this.#answers.length ? null : step;
  }

  add(atUs: number, responseUs: number, status: number): void {
    const step = this.#stepOf(atUs);
    if (step === null) return;
    this.#answers[step] = (this.#answers[step] ?? 0) + 1;
    this.#responseUs[step] = (this.#responseUs[step] ?? 0) + responseUs;
    if (status >= 500) this.#faults[step] = (this.#faults[step] ?? 0) + 1;
  }

  take(): AgentMeasurement["per100Ms"] {
    return {
      leadInSteps: this.#leadInSteps,
      answers: Array.from(this.#answers),
      responseUs: Array.from(this.#responseUs),
      faults: Array.from(this.#faults),
      due: Array.from(this.#due),
      lost: Array.from(this.#lost),
    };
  }
}
