/** When the requests of an open loop are due: a Poisson process, its gaps exponential and drawn before anything is timed. */
import type { Random } from "./random.ts";

/**
 * Due times in us from the start, up to the end, of agent `agent` of `agents`. Every agent draws the whole schedule and takes each
 * `agents`-th arrival of it, so that the agents together are one Poisson process and the split is exact.
 */
export function poissonArrivals(
  schedule: { ratePerS: number; durationUs: number; agent: number; agents: number },
  random: Random,
): Float64Array {
  const meanGapUs = 1e6 / schedule.ratePerS;
  const due: number[] = [];
  let atUs = 0;
  for (let i = 0; ; i++) {
    atUs -= Math.log(1 - random.unit()) * meanGapUs;
    if (atUs >= schedule.durationUs) return Float64Array.from(due);
    if (i % schedule.agents === schedule.agent) due.push(atUs);
  }
}
