import { describe, expect, test } from "vitest";
import { rankSampler, rankToKey } from "./key-choice.ts";
import { seededRandom } from "./random.ts";

const draws = 400_000;

function frequencies(sample: ReturnType<typeof rankSampler>, count: number): Float64Array {
  const random = seededRandom(7, "test");
  const seen = new Float64Array(count);
  for (let i = 0; i < draws; i++) {
    const rank = sample(random);
    seen[rank] = (seen[rank] ?? NaN) + 1;
  }
  return seen;
}

/** Pearson's statistic, which has a mean of count - 1 and a standard deviation of sqrt(2 (count - 1)) when the fit is right. */
function chiSquared(seen: Float64Array, probability: (rank: number) => number): number {
  return seen.reduce((sum, count, rank) => sum + (count - draws * probability(rank)) ** 2 / (draws * probability(rank)), 0);
}

describe("popularity ranks", () => {
  test.each([0, 0.5, 0.99, 1, 1.5])("follow Zipf's law exactly at exponent %d", (exponent) => {
    const count = 100;
    const weight = (rank: number) => (rank + 1) ** -exponent;
    const total = Array.from({ length: count }, (_, rank) => weight(rank)).reduce((sum, w) => sum + w, 0);
    const seen = frequencies(rankSampler({ kind: "zipf", exponent }, count), count);
    expect(chiSquared(seen, (rank) => weight(rank) / total)).toBeLessThan(99 + 4 * Math.sqrt(198));
  });

  test("are even when the choice is uniform", () => {
    const seen = frequencies(rankSampler({ kind: "uniform" }, 50), 50);
    expect(chiSquared(seen, () => 1 / 50)).toBeLessThan(49 + 4 * Math.sqrt(98));
  });

  test("stay inside a key space of one and of ten million", () => {
    const random = seededRandom(1, "test");
    for (const count of [1, 10_000_000]) {
      const sample = rankSampler({ kind: "zipf", exponent: 1.2 }, count);
      for (let i = 0; i < 10_000; i++) {
        const rank = sample(random);
        expect(rank >= 0 && rank < count && Number.isInteger(rank)).toBe(true);
      }
    }
  });
});

describe("the place of a rank", () => {
  test.each([1, 2, 3, 10, 1_000, 65_536])("is another for each of %d ranks", (count) => {
    const place = rankToKey(count);
    expect(new Set(Array.from({ length: count }, (_, rank) => place(rank))).size).toBe(count);
  });

  test("keeps the ten hottest far apart", () => {
    const place = rankToKey(1_000_000);
    const hottest = Array.from({ length: 10 }, (_, rank) => place(rank)).toSorted((a, b) => a - b);
    for (let i = 1; i < hottest.length; i++) expect((hottest[i] ?? 0) - (hottest[i - 1] ?? 0)).toBeGreaterThan(10_000);
  });
});
