/** Numbers as text: no digit that the interval does not support, and one unit per metric throughout a report. */
import { metrics, type MetricName, type Unit } from "../harness/core/metrics.ts";
import type { Interval } from "../harness/core/result.ts";
import type { Ratio } from "../harness/core/compare.ts";

export interface Scale {
  readonly unit: string;
  readonly divisor: number;
  /** Digits the measurement can have at most: histograms hold three. */
  readonly digits: number;
}

export const scales: Readonly<Record<Unit, Scale>> = {
  "ops/s": { unit: "ops/s", divisor: 1, digits: 4 },
  us: { unit: "ms", divisor: 1000, digits: 3 },
  "us/op": { unit: "µs/op", divisor: 1, digits: 4 },
  bytes: { unit: "MB", divisor: 1e6, digits: 4 },
  ms: { unit: "ms", divisor: 1, digits: 4 },
  share: { unit: "%", divisor: 0.01, digits: 4 },
  count: { unit: "", divisor: 1, digits: 3 },
};

/** Counted once per build rather than sampled over launches. */
export const exactMetrics: ReadonlySet<MetricName> = new Set(["artifact"]);

/** One scale for all values of a column, so that they can be compared: KB as soon as one lies below 1 MB. */
export function scaleFor(metric: MetricName, values: readonly number[] = []): Scale {
  const scale = scales[metrics[metric].unit];
  const small = metrics[metric].unit === "bytes" && values.some((value) => value > 0 && value < 1e6);
  return small ? { ...scale, unit: "KB", divisor: 1e3 } : scale;
}

export function displayUnit(metric: MetricName): string {
  return scaleFor(metric).unit;
}

export interface FigureText {
  readonly value: string;
  readonly low: string | null;
  readonly high: string | null;
}

/** Bounds are rounded away from the value, so that the printed interval covers the true one. */
export function formatFigure(
  metric: MetricName,
  value: number,
  interval: Interval | null,
  floor = false,
  scale: Scale = scaleFor(metric),
): FigureText {
  return formatScaled(value, interval, scale, { floor, exact: exactMetrics.has(metric) });
}

export function formatScaled(
  value: number,
  interval: Interval | null,
  { divisor, digits }: Scale,
  { floor, exact }: { readonly floor: boolean; readonly exact: boolean },
): FigureText {
  const shown = value / divisor;
  if (interval === null) {
    // One launch supports hardly any digit; a counted size supports all of them.
    const place = magnitude(shown) - (exact ? 3 : 2) + 1;
    return { value: atPlace(shown, place, floor ? Math.floor : Math.round), low: null, high: null };
  }
  const low = interval.low / divisor;
  const high = interval.high / divisor;
  const place = lastPlace(shown, (high - low) / 2, digits);
  return {
    value: atPlace(shown, place, floor ? Math.floor : Math.round),
    low: atPlace(low, place, Math.floor),
    high: atPlace(high, place, Math.ceil),
  };
}

/** "2.1-2.4" or, where the bounds print alike, "2.1". */
export function formatRatioRange(ratio: Ratio): string {
  const place = Math.max(lastPlace(ratio.value, (ratio.high - ratio.low) / 2, 3), -2);
  const low = atPlace(ratio.low, place, Math.floor);
  const high = atPlace(ratio.high, place, Math.ceil);
  return ratio.low === ratio.high || low === high ? atPlace(ratio.value, place, Math.round) : `${low}–${high}`;
}

export function formatFactor(factor: number, ratio: Ratio | null): string {
  const half = ratio === null ? factor * 0.1 : (ratio.high - ratio.low) / 2;
  // Two digits at least: "2x" would hide what lies between 1.5 and 2.5.
  const place = Math.min(lastPlace(factor, half, 3), magnitude(factor) - 1);
  return `${atPlace(factor, Math.max(place, -2), Math.round)}x`;
}

export function groupThousands(value: number, decimals = 0): string {
  const [whole = "", fraction] = value.toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Power of ten of the last digit worth printing: the first digit of the half width, but one digit at least. */
function lastPlace(value: number, halfWidth: number, digits: number): number {
  const finest = magnitude(value) - digits + 1;
  const supported = halfWidth > 0 ? Math.floor(Math.log10(halfWidth)) : finest;
  return Math.min(Math.max(supported, finest), magnitude(value));
}

function magnitude(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
}

function atPlace(value: number, place: number, round: (value: number) => number): string {
  // The nudge keeps 0.3 / 0.1 = 2.9999999999999996 from being floored to 2.
  const steps = value / 10 ** place;
  const nearest = Math.round(steps);
  const rounded = Math.abs(steps - nearest) < 1e-9 * Math.max(1, Math.abs(steps)) ? nearest : round(steps);
  return groupThousands(rounded * 10 ** place, Math.max(0, -place));
}
