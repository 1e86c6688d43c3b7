/**
 * Every request that a session sends and every answer that it gets, from connecting to the end, windows or not: what the
 * service counts itself can be held against it exactly. And what is read goes to the judge.
 */
import type { RequestTotals, ValueCounts } from "../core/measurement.ts";
import { operations, type Operation } from "../core/scenario.ts";
import type { RequestSource } from "./requests.ts";
import { type JudgedRequest, noCounts, type Ticket, type ValueJudge } from "./value-judge.ts";

const statusLimit = 1000;

export class Ledger {
  readonly #sent = new Float64Array(operations.length);
  readonly #statuses = operations.map(() => new Float64Array(statusLimit));
  readonly #judge: ValueJudge | null;

  /** @param judge null where nobody knows what should be read. */
  constructor(judge: ValueJudge | null) {
    this.#judge = judge;
  }

  /** The request that the source has just given is sent now, on the connection of this ticket. */
  sending(ticket: Ticket, source: RequestSource, atUs: number): void {
    this.#sent[source.operation] = (this.#sent[source.operation] ?? 0) + 1;
    this.#judge?.sending(ticket, source, atUs);
  }

  answered(request: JudgedRequest, atUs: number): void {
    const statuses = this.#statuses[request.operation] as Float64Array;
    statuses[request.answer.status] = (statuses[request.answer.status] ?? 0) + 1;
    this.#judge?.answered(request, atUs);
  }

  /** The values judged since the last call. */
  takeValueCounts(): ValueCounts {
    return this.#judge?.takeCounts() ?? noCounts();
  }

  totals(): RequestTotals {
    const of = (operation: number) => ({ sent: this.#sent[operation] ?? 0, statuses: byStatus(this.#statuses[operation] ?? []) });
    return Object.fromEntries(operations.map((name, i) => [name, of(i)])) as Record<Operation, RequestTotals[Operation]>;
  }
}

function byStatus(counts: ArrayLike<number>): Record<string, number> {
  return Object.fromEntries(Array.from(counts, (count, status) => [status, count] as const).filter(([, count]) => count > 0));
}
