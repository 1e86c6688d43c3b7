/**
 * When is a difference between two figures a difference? Never below 6 launches, and otherwise only where the 95 %
 * interval of their ratio leaves out 1, and the ratio lies beyond what A against A shows on this machine.
 *
 * The interval of a ratio of geometric means is Welch's (B. L. Welch, "The generalization of 'Student's' problem when
 * several different population variances are involved", Biometrika 34, 1947) on the logs. A figure's own t interval
 * holds all it needs: its middle is the mean of the logs, its half width is t(n - 1) standard errors.
 */
import type { Figure, Interval } from "./result.ts";
import { launchesForInterval, studentQuantile } from "./statistics.ts";

export interface Ratio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export type ValidFigure = Extract<Figure, { verdict: "valid" }>;

/** Null where no claim can be made: too few launches, no interval, or a value that has no logarithm. */
export function ratioOf(a: ValidFigure, b: ValidFigure): Ratio | null {
  const left = logMean(a);
  const right = logMean(b);
  if (left === null || right === null) return null;
  const difference = left.mean - right.mean;
  const variance = left.error ** 2 + right.error ** 2;
  const half = variance === 0 ? 0 : studentQuantile(0.975, welchDegrees(left, right)) * Math.sqrt(variance);
  // The interval knows the noise between launches. What else keeps A from A cannot be told from a difference of this size.
  const least = Math.log(Math.max(a.noiseFloor ?? 1, b.noiseFloor ?? 1));
  const reach = Math.max(half, least);
  return { value: Math.exp(difference), low: Math.exp(difference - reach), high: Math.exp(difference + reach) };
}

/** Sizes are counted, not sampled: they differ as soon as they are not equal. */
export function exactRatio(a: number, b: number): Ratio | null {
  if (!(a > 0 && b > 0)) return null;
  return { value: a / b, low: a / b, high: a / b };
}

/** True where nobody may say which of the two is better. */
export function isTooClose(ratio: Ratio): boolean {
  return ratio.low <= 1 && ratio.high >= 1;
}

interface LogMean {
  readonly mean: number;
  readonly error: number;
  readonly degrees: number;
}

function logMean(figure: ValidFigure): LogMean | null {
  const { interval, launches } = figure;
  if (!isClaimable(interval, launches)) return null;
  const low = Math.log(interval.low);
  const high = Math.log(interval.high);
  const degrees = launches - 1;
  return { mean: (low + high) / 2, error: (high - low) / 2 / studentQuantile(0.975, degrees), degrees };
}

function isClaimable(interval: Interval | null, launches: number): interval is Interval {
  return interval !== null && interval.kind === "t95" && launches >= launchesForInterval && interval.low > 0;
}

/** Welch-Satterthwaite. */
function welchDegrees(a: LogMean, b: LogMean): number {
  return (a.error ** 2 + b.error ** 2) ** 2 / (a.error ** 4 / a.degrees + b.error ** 4 / b.degrees);
}
