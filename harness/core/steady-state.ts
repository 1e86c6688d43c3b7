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
 * the steps as independent, which they are not quite, and finds in long series what matters to nobody: so the change must
 * matter to what is reported, too.
 *
 * What is reported is of the whole window. A processor shared with other machines was seen to change its speed by a quarter for seconds;
 * that a launch met another level is part of the spread that repeating launches is for (T. Kalibera and R. Jones, "Rigorous
 * benchmarking in reasonable time", ISMM 2013, 63-74), and launches that were slow throughout are not left out either. So a
 * change counts by how far it moves the mean of the window from the level that held for longer: a quarter less in the last
 * tenth is 2.5 %, in the last half 12.5 %. Stalls of milliseconds do not come into it: levels are medians of steps.
 *
 * Where a line comes nearer to the steps than two levels do, no level held. Then what counts is how far the mean is from the
 * line's end, the first that may be the settled level: a steady rise by a quarter is 10 %. The line's slope is the median of those between
 * all pairs of steps (P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", Journal of the American
 * Statistical Association 63 (1968) 1379-1389), and near is meant by the sum of distances.
 */
import { mean, median } from "simple-statistics";
import type { LoadMeasurement } from "./measurement.ts";

export const steadyVerdicts = ["steady", "drifting", "none", "too-short"] as const;

export interface SteadyState {
  /** `none`: still changing when half of the series was over; `too-short`: too few batches to tell. */
  readonly verdict: (typeof steadyVerdicts)[number];
  /** The change of level within the window, as a share of the level before it, or of its start where it drifts; null when there is no window. */
  readonly change: number | null;
}

const batchSteps = 5;
const batchesNeeded = 10;
/** Chance of a change point by accident, if the steps were independent. */
const significance = 0.001;
/** Ours: how far a change may move the mean of the window from the level that held for longer, as a share of that level. */
const tolerance = 0.1;

/**
 * Of a load point: the throughput of a closed loop, with its warm-up before it, which is the same load; in an open loop the
 * mean response time, for its throughput is only the schedule's.
 */
export function steadyStateOf(load: LoadMeasurement, warmUp: LoadMeasurement | null): SteadyState {
  const { leadInSteps, answers, meanResponseUs } = load.per100Ms;
  if (load.point.kind === "closed-loop") {
    const before = warmUp?.per100Ms.answers ?? [];
    return findSteadyState([...before, ...answers], before.length + leadInSteps);
  }
  const times = meanResponseUs.map((us, step) => ({ us, step })).filter((one): one is { us: number; step: number } => one.us !== null);
  const windowFrom = times.filter(({ step }) => step < leadInSteps).length;
  return findSteadyState(
    times.map(({ us }) => us),
    windowFrom,
  );
}

/** @param windowFrom the step at which the window begins; what is before it is warm-up. */
export function findSteadyState(series: readonly number[], windowFrom: number): SteadyState {
  const batches = Array.from({ length: Math.floor(series.length / batchSteps) }, (_, i) =>
    mean(series.slice(i * batchSteps, (i + 1) * batchSteps)),
  );
  const window = series.slice(windowFrom);
  const changePoint = findChangePoint(window);
  if (changePoint === null) return { verdict: "too-short", change: null };
  const line = fitLine(window);
  const { change, shift } = line.misfit < changePoint.misfit ? line : changePoint;
  if (batches.length < batchesNeeded) return { verdict: "too-short", change };
  const settled = changePoint.probability >= significance || shift <= tolerance;
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

interface Change {
  /** As a share of the level before. */
  readonly change: number;
  /** How far the mean is from the level that counts as settled, as a share of that one. */
  readonly shift: number;
  /** The sum of the distances of the steps from what is taken for their level. */
  readonly misfit: number;
}

export interface ChangePoint extends Change {
  readonly at: number;
  /** Approximate, when nothing changes. */
  readonly probability: number;
}

/** Where Pettitt's K is. */
export function findChangePoint(values: readonly number[]): ChangePoint | null {
  const n = values.length;
  if (n < 2) return null;
  let [at, largest, sum] = [1, -1, 0];
  for (let t = 0; t < n - 1; t++) {
    for (const other of values) sum += Math.sign((values[t] as number) - other);
    if (Math.abs(sum) > largest) [at, largest] = [t + 1, Math.abs(sum)];
  }
  const [before, after] = [median(values.slice(0, at)), median(values.slice(at))];
  const [level, other, otherShare] = at * 2 >= n ? [before, after, 1 - at / n] : [after, before, at / n];
  return {
    at,
    probability: Math.min(1, 2 * Math.exp((-6 * largest ** 2) / (n ** 3 + n ** 2))),
    change: before === 0 ? 0 : after / before - 1,
    shift: other === level ? 0 : otherShare * Math.abs(other / level - 1),
    misfit: distances(values, (index) => (index < at ? before : after)),
  };
}

/** Needs two values. */
export function fitLine(values: readonly number[]): Change {
  const slopes = values.flatMap((value, index) => values.slice(0, index).map((other, before) => (value - other) / (index - before)));
  const slope = median(slopes);
  const start = median(values.map((value, index) => value - slope * index));
  const end = start + slope * (values.length - 1);
  return {
    change: start === 0 ? 0 : end / start - 1,
    shift: start === end ? 0 : Math.abs(start / end - 1) / 2,
    misfit: distances(values, (index) => start + slope * index),
  };
}

function distances(values: readonly number[], level: (index: number) => number): number {
  return values.reduce((sum, value, index) => sum + Math.abs(value - level(index)), 0);
}
