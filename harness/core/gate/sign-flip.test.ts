import fc from "fast-check";
import { expect, test } from "vitest";
import { limitedDifferences, signFlipP } from "./sign-flip.ts";

/** Every pattern written out: slow, and nothing to get wrong. */
function byEnumeration(differences: readonly number[]): number {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const seen = sum(differences);
  let atLeast = 0;
  for (let pattern = 0; pattern < 2 ** differences.length; pattern++) {
    if (sum(differences.map((value, bit) => (pattern & (1 << bit) ? -value : value))) >= seen) atLeast++;
  }
  return atLeast / 2 ** differences.length;
}

test("the p value is that of writing out all sign patterns, ties and zeros included", () => {
  const eighths = fc.integer({ min: -40, max: 40 }).map((value) => value / 8);
  fc.assert(
    fc.property(fc.array(eighths, { maxLength: 8 }), (differences) => {
      expect(signFlipP(differences)).toBe(byEnumeration(differences));
    }),
  );
});

test("all rounds slower gives 2^-rounds, all faster gives 1, nothing measured gives 1", () => {
  expect(signFlipP([0.1, 0.3, 0.2, 0.4, 0.1, 0.2, 0.5, 0.1])).toBe(1 / 256);
  expect(signFlipP([-0.1, -0.3, -0.2])).toBe(1);
  expect(signFlipP([])).toBe(1);
});

test("Fisher's example of Darwin's plants: 863 of 32,768 patterns are at least as extreme", () => {
  // Differences in eighths of an inch (The Design of Experiments, table 3 and section 21).
  const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  expect(signFlipP(darwin) * 2 ** 15).toBe(863);
});

test("a base launch that was disturbed does not hide what eleven rounds show", () => {
  const steady = Array.from({ length: 12 }, (_, round) => 0.1 + round / 1_000);
  const disturbed = steady.with(3, -0.9);
  expect(signFlipP(disturbed)).toBeGreaterThan(0.005);
  expect(signFlipP(limitedDifferences(disturbed, steady))).toBeLessThan(0.001);
});

test("flipping the sign of a round flips its limited difference and leaves the others alone", () => {
  const ratio = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(ratio, ratio), { minLength: 1, maxLength: 12 }), fc.nat(), (rounds, pick) => {
      const at = pick % rounds.length;
      const flipped = rounds.map(([a1, a2], round) => (round === at ? [-a1, -a2] : [a1, a2]));
      const of = (pairs: readonly (readonly number[])[]): readonly number[] =>
        limitedDifferences(
          pairs.map(([a1 = 0]) => a1),
          pairs.map(([, a2 = 0]) => a2),
          // The two zeros are one number.
        ).map((value) => value + 0);
      expect(of(flipped)).toEqual(of(rounds).map((value, round) => (round === at ? 0 - value : value)));
    }),
  );
});
