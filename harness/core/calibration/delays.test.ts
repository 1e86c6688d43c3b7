import { expect, test } from "vitest";
import { type Delay, delaySequence, released } from "./delays.ts";
import { exactPercentile } from "./simulate.ts";

const drawn = (delay: Delay): number[] => {
  const next = delaySequence(delay, 1);
  return Array.from({ length: 20_000 }, next);
};

test("a lognormal delay has its median, and its 97.7th percentile two sigmas above", () => {
  const values = drawn({ kind: "lognormal", medianUs: 2_000, sigma: 0.5 });
  expect(exactPercentile(values, 50) / 2_000).toBeCloseTo(1, 1);
  expect(exactPercentile(values, 97.725) / (2_000 * Math.E)).toBeCloseTo(1, 1);
});

test("a bimodal delay is slow as often as it says", () => {
  const slow = drawn({ kind: "bimodal", fastUs: 1_000, slowUs: 9_000, slowShare: 0.02 }).filter((us) => us === 9_000).length;
  expect(slow / 20_000).toBeCloseTo(0.02, 2);
});

test("the same seed gives the same delays", () => {
  const delay = { kind: "lognormal", medianUs: 2_000, sigma: 0.5 } as const;
  expect(drawn(delay)).toEqual(drawn(delay));
});

test("a stall lets nothing go until it ends, and leaves the rest alone", () => {
  const stall = { everyUs: 1_000, lengthUs: 50 };
  expect([499, 500, 549, 550, 1_499, 1_520].map((atUs) => released(atUs, stall))).toEqual([499, 550, 550, 550, 1_499, 1_550]);
  expect(released(520, null)).toBe(520);
});
