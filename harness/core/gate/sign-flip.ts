/**
 * The exact sign-flip test (R. A. Fisher, "The Design of Experiments", 1935, section 21). If head and base are alike, the
 * log ratio of each round is as likely to come out with the other sign; all 2^n sign patterns are counted, so the p value
 * needs no assumption about the size or the shape of the noise.
 */
import { median } from "simple-statistics";

/** More rounds than this would be 2^17 patterns and more for each member, and hours of measuring. */
export const mostRounds = 16;

/** One-sided p value against "head is not slower": the share of sign patterns whose sum is at least the one seen. */
export function signFlipP(differences: readonly number[]): number {
  if (differences.length > mostRounds) throw new RangeError(`at most ${mostRounds} rounds`);
  // Flipping the signs of a subset lowers the sum by twice the subset's own: count the subsets with a sum of 0 or less.
  const patterns = 1 << differences.length;
  const sums = new Float64Array(patterns);
  const rounding = 1e-12 * differences.reduce((sum, value) => sum + Math.abs(value), 0);
  let atLeast = 1;
  for (let subset = 1; subset < patterns; subset++) {
    const lowest = subset & -subset;
    const sum = (sums[subset ^ lowest] as number) + (differences[31 - Math.clz32(lowest)] as number);
    sums[subset] = sum;
    if (sum <= rounding) atLeast++;
  }
  return atLeast / patterns;
}

/**
 * A round's difference for the test: the mean of its two log ratios to the base, B / A1 and B / A2, each of which counts at
 * most as much as the median of their sizes. Flipping a round's sign changes no size, so the test stays exact. Without the
 * limit one disturbed launch of the base outweighs a slowdown that every other round shows.
 */
export function limitedDifferences(toA1: readonly number[], toA2: readonly number[]): readonly number[] {
  const sizes = [...toA1, ...toA2].map(Math.abs);
  const most = sizes.length === 0 ? 0 : median(sizes);
  const limited = (value: number): number => Math.max(-most, Math.min(most, value));
  return toA1.map((value, round) => (limited(value) + limited(toA2[round] as number)) / 2);
}
