/**
 * Where a history changed its level: E-divisive with means (Matteson and James, "A Nonparametric Approach for Multiple Change
 * Point Analysis of Multivariate Data", 2014), as MongoDB watches its own nightly runs (Daly et al., "The Use of Change Point
 * Detection to Identify Software Performance Regressions in a Continuous Integration System", ICPE 2020). It assumes no
 * distribution and bears outliers; a permutation test says whether a split is more than chance.
 */
import { shuffled } from "./plan.ts";
import { seededRandom } from "./workload/random.ts";

/** So that an outlier or two are no level of their own. */
const fewestInLevel = 3;
/** The smallest p value of 199 permutations: none of them may split as well. Histories are many, so a false mark must be rare. */
const permutations = 199;
const level = 0.005;

/** The indices at which a new level begins, in order. The same history gives the same answer. */
export function changePoints(history: readonly number[]): readonly number[] {
  const random = seededRandom(1, "change points");
  const within = (values: readonly number[], offset: number): readonly number[] => {
    const split = bestSplit(values);
    if (split === null) return [];
    let asGood = 1;
    for (let count = 0; count < permutations; count++) {
      if ((bestSplit(shuffled(values, random))?.divergence ?? 0) >= split.divergence) asGood++;
    }
    if (asGood / (permutations + 1) > level) return [];
    return [...within(values.slice(0, split.at), offset), offset + split.at, ...within(values.slice(split.at), offset + split.at)];
  };
  return within(history, 0);
}

interface Split {
  readonly at: number;
  readonly divergence: number;
}

/** The split whose sides differ most, by the scaled energy distance; null where the history is too short for one. */
function bestSplit(values: readonly number[]): Split | null {
  const before = values.map((value, index) => sumOfDistances(value, values.slice(0, index)));
  const after = values.map((value, index) => sumOfDistances(value, values.slice(index + 1)));
  const total = before.reduce((sum, one) => sum + one, 0);
  let best: Split | null = null;
  let [left, across] = [0, 0];
  for (let at = 1; at <= values.length - fewestInLevel; at++) {
    // The value before `at` goes over to the left.
    left += before[at - 1] ?? 0;
    across += (after[at - 1] ?? 0) - (before[at - 1] ?? 0);
    if (at < fewestInLevel) continue;
    const divergence = scaledEnergy({ left, across, right: total - left - across, at, of: values.length });
    if (best === null || divergence > best.divergence) best = { at, divergence };
  }
  return best;
}

/** Sums of distances within the sides and across them, as the energy distance times mn / (m + n). */
function scaledEnergy({ left, across, right, at, of }: Record<"left" | "across" | "right" | "at" | "of", number>): number {
  const rest = of - at;
  const pairs = (count: number): number => (count * (count - 1)) / 2;
  return ((at * rest) / of) * ((2 * across) / (at * rest) - left / pairs(at) - right / pairs(rest));
}

function sumOfDistances(value: number, others: readonly number[]): number {
  let sum = 0;
  for (const other of others) sum += Math.abs(value - other);
  return sum;
}
