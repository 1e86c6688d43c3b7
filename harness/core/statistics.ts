/** Intervals over launches. A launch is the unit of repetition, a request is not. */
import jstat from "jstat";
import { max, mean, min, sampleStandardDeviation } from "simple-statistics";
import type { Interval } from "./result.ts";

/** Below this many launches only the range is given and no difference is claimed. */
export const launchesForInterval = 6;

export interface Estimate {
  readonly value: number;
  readonly interval: Interval | null;
  readonly launches: number;
}

/** Quantile of Student's t distribution. */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  return jstat.studentt.inv(probability, degreesOfFreedom);
}

/**
 * Geometric mean of positive per-launch values with a 95 % interval by Student's t on their logarithms
 * (times and rates are skewed and compared as ratios; a bootstrap covers too rarely at 3-12 launches).
 */
export function estimate(perLaunch: readonly number[]): Estimate {
  if (perLaunch.length === 0) throw new RangeError("an estimate needs at least one launch");
  if (perLaunch.some((value) => !(value > 0))) return estimateShare(perLaunch);
  const logs = perLaunch.map(Math.log);
  const centre = mean(logs);
  const launches = perLaunch.length;
  if (launches < launchesForInterval) return { value: Math.exp(centre), interval: range(perLaunch), launches };
  const half = (studentQuantile(0.975, launches - 1) * sampleStandardDeviation(logs)) / Math.sqrt(launches);
  return { value: Math.exp(centre), interval: { kind: "t95", low: Math.exp(centre - half), high: Math.exp(centre + half) }, launches };
}

/** Arithmetic mean and range, for shares, which may be zero. */
export function estimateShare(perLaunch: readonly number[]): Estimate {
  return { value: mean([...perLaunch]), interval: range(perLaunch), launches: perLaunch.length };
}

function range(values: readonly number[]): Interval | null {
  return values.length < 2 ? null : { kind: "range", low: min([...values]), high: max([...values]) };
}
