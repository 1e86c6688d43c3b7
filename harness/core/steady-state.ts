/**
 * Had the service settled before the window began, and did it stay so? Two tests on a series in steps of 100 ms that begins
 * with the warm-up:
 *
 * MSER-5 says how much of the start to leave out: of batches of 5 steps it cuts off the d first ones for which
 * sum((y - mean)^2) / (n - d)^2 over the others is least, and a cut beyond one half means that no steady state was seen
 * (K. P. White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69 (1997)
 * 323-334; its batches: White, Cobb and Spratt, Winter Simulation Conference 2000, 755-760).
 *
 * Pettitt's test finds one change of level anywhere in the window, by ranks alone, so that single slow steps do not decide
 * (A. N. Pettitt, "A non-parametric approach to the change-point problem", Applied Statistics 28 (1979) 126-135). It takes
 * the steps as independent, which they are not quite, and finds in long series what matters to nobody: so the level must
 * have changed by a share that matters, too.
 */
import { mean, median } from "simple-statistics";
import type { LoadMeasurement } from "./measurement.ts";

export const steadyVerdicts = ["steady", "drifting", "none", "too-short"] as const;

export interface SteadyState {
  /** `none`: still changing when half of the series was over; `too-short`: too few batches to tell. */
  readonly verdict: (typeof steadyVerdicts)[number];
  /** The largest change of level within the window, as a share of the level before it; null when there is no window. */
  readonly change: number | null;
}

const batchSteps = 5;
const batchesNeeded = 10;
/** Chance of a change point by accident, if the steps were independent. */
const significance = 0.001;
/** Ours: changes of level that matter, of a throughput and of a mean response time, which varies more. */
const throughputTolerance = 0.1;
const responseTimeTolerance = 0.25;

/**
 * Of a load point: the throughput of a closed loop, with its warm-up before it, which is the same load; in an open loop the
 * mean response time, for its throughput is only the schedule's.
 */
export function steadyStateOf(load: LoadMeasurement, warmUp: LoadMeasurement | null): SteadyState {
  const { leadInSteps, answers, meanResponseUs } = load.per100Ms;
  if (load.point.kind === "closed-loop") {
    const before = warmUp?.per100Ms.answers ?? [];
    return findSteadyState([...before, ...answers], before.length + leadInSteps, throughputTolerance);
  }
  const times = meanResponseUs.map((us, step) => ({ us, step })).filter((one): one is { us: number; step: number } => one.us !== null);
  const windowFrom = times.filter(({ step }) => step < leadInSteps).length;
  return findSteadyState(
    times.map(({ us }) => us),
    windowFrom,
    responseTimeTolerance,
  );
}

/** @param windowFrom the step at which the window begins; what is before it is warm-up. */
export function findSteadyState(series: readonly number[], windowFrom: number, tolerance: number): SteadyState {
  const batches = Array.from({ length: Math.floor(series.length / batchSteps) }, (_, i) =>
    mean(series.slice(i * batchSteps, (i + 1) * batchSteps)),
  );
  const changePoint = findChangePoint(series.slice(windowFrom));
  const change = changePoint?.change ?? null;
  if (batches.length < batchesNeeded || changePoint === null) return { verdict: "too-short", change };
  const settled = changePoint.probability >= significance || Math.abs(changePoint.change) <= tolerance;
  if (settled) return { verdict: "steady", change };
  return { verdict: truncation(batches) > batches.length / 2 ? "none" : "drifting", change };
}

/** MSER: how many of the first values to leave out. At least 5 stay, for fewer agree by accident. */
export function truncation(values: readonly number[]): number {
  let [best, least] = [0, Infinity];
  for (let cut = 0; cut <= values.length - 5; cut++) {
    const kept = values.slice(cut);
    const centre = mean(kept);
    const score = kept.reduce((sum, value) => sum + (value - centre) ** 2, 0) / kept.length ** 2;
    if (score < least) [best, least] = [cut, score];
  }
  return best;
}

/** Pettitt's K, its approximate probability when nothing changes, and the change of the median there. */
export function findChangePoint(values: readonly number[]): { at: number; probability: number; change: number } | null {
  const n = values.length;
  if (n < 2) return null;
  let [at, largest, sum] = [1, -1, 0];
  for (let t = 0; t < n - 1; t++) {
    for (const other of values) sum += Math.sign((values[t] as number) - other);
    if (Math.abs(sum) > largest) [at, largest] = [t + 1, Math.abs(sum)];
  }
  const [before, after] = [median(values.slice(0, at)), median(values.slice(at))];
  return {
    at,
    probability: Math.min(1, 2 * Math.exp((-6 * largest ** 2) / (n ** 3 + n ** 2))),
    change: before === 0 ? 0 : after / before - 1,
  };
}
