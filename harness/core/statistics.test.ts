import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "./workload/random.ts";
import { estimate, estimateShare, studentQuantile } from "./statistics.ts";

test("Student's quantiles are those of the printed tables", () => {
  expect(studentQuantile(0.975, 5)).toBeCloseTo(2.5706, 4);
  expect(studentQuantile(0.975, 11)).toBeCloseTo(2.201, 3);
});

test("equal launches have an interval of no width", () => {
  expect(estimate([5, 5, 5, 5, 5, 5]).interval).toMatchObject({ kind: "t95", low: expect.closeTo(5), high: expect.closeTo(5) });
});

test("below six launches only the range is given, and one launch has none", () => {
  expect(estimate([1, 2, 4])).toEqual({ value: expect.closeTo(2), interval: { kind: "range", low: 1, high: 4 }, launches: 3 });
  expect(estimate([3]).interval).toBeNull();
});

test("the estimate scales with its unit", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 1e6, noNaN: true }), { minLength: 6, maxLength: 12 }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (values, factor) => {
        const [before, after] = [estimate(values), estimate(values.map((value) => value * factor))];
        expect(after.value / before.value).toBeCloseTo(factor, 6);
        expect((after.interval?.high ?? 0) / (before.interval?.high ?? 1)).toBeCloseTo(factor, 6);
      },
    ),
  );
});

test("about 95 % of the intervals hold the true value", () => {
  const random = seededRandom(7, "coverage");
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
  const runs = 4_000;
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const { interval } = estimate(Array.from({ length: 6 }, () => Math.exp(Math.log(100) + 0.1 * normal())));
    if (interval !== null && interval.low <= 100 && interval.high >= 100) covered++;
  }
  expect(covered / runs).toBeGreaterThan(0.94);
  expect(covered / runs).toBeLessThan(0.96);
});

test("shares may be zero: mean and range", () => {
  expect(estimateShare([0, 0.1])).toEqual({ value: 0.05, interval: { kind: "range", low: 0, high: 0.1 }, launches: 2 });
});
