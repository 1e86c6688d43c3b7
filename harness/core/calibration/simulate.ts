/**
 * The true response times of an open loop against the known-delay server, from what was asked (the arrivals) and what the
 * server did: every request goes out at its intended start, or, in order, when a connection comes free; no time is lost
 * on the way. A load generator that is true reports just these.
 */
import { released, type Stall } from "./delays.ts";

export interface KnownLoad {
  /** Intended starts, us, ascending, of all agents together; agent i of n has every n-th. */
  readonly dueUs: ArrayLike<number>;
  /** Of each agent. */
  readonly connections: readonly number[];
  /** The delay of the k-th request, us. */
  readonly delayUs: (k: number) => number;
  /** By how much the server was late with the k-th answer, us. */
  readonly lateUs: (k: number) => number;
  readonly stall: Stall | null;
  /** What the server's stalls count from, on the clock of dueUs. */
  readonly stallsFromUs: number;
}

/** Response time of each request from its intended start, us. */
export function simulateResponseTimes({ dueUs, connections, delayUs, lateUs, stall, stallsFromUs }: KnownLoad): Float64Array {
  const freeUs = connections.map((count) => new Float64Array(count));
  const times = new Float64Array(dueUs.length);
  for (let k = 0; k < dueUs.length; k++) {
    const free = freeUs[k % freeUs.length] as Float64Array;
    const connection = earliest(free);
    const due = dueUs[k] ?? 0;
    const start = Math.max(due, free[connection] ?? 0);
    const end = stallsFromUs + released(start - stallsFromUs + delayUs(k), stall) + lateUs(k);
    free[connection] = end;
    times[k] = end - due;
  }
  return times;
}

/**
 * When the server saw its first request, on the clock of the schedule: a generator that begins late shifts all that the server counts
 * from it. By the half of the requests that came soonest after they were due, as the first would have done.
 */
export function firstArrivalUs(dueUs: ArrayLike<number>, arrivedUs: ArrayLike<number>): number {
  return exactPercentile(
    Array.from(dueUs, (due, k) => due - (arrivedUs[k] ?? 0)),
    50,
  );
}

/** Which connection comes free first. */
function earliest(free: Float64Array): number {
  let best = 0;
  for (let i = 1; i < free.length; i++) if ((free[i] ?? 0) < (free[best] ?? 0)) best = i;
  return best;
}

/** The value below or at which `percent` of the values lie, as HDR histograms count it. */
export function exactPercentile(values: ArrayLike<number>, percent: number): number {
  const sorted = Float64Array.from(values).toSorted();
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? 0;
}
