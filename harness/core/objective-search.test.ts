import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeRate, nextRate, objectiveRate, type RateOutcome, searchDurationMs, searchStepsAtMost } from "./objective-search.ts";
import { constantHistogram, openLoad, testScenario } from "./testing/load-measurement.ts";

/** Searches a service that keeps the objective up to `limit`. */
function search(limit: number, capacity: number, known: RateOutcome[]): { rate: number | null; steps: number } {
  const outcomes = [...known];
  for (let steps = 0; ; steps++) {
    const rate = steps === searchStepsAtMost ? null : nextRate(outcomes, capacity);
    if (rate === null) return { rate: objectiveRate(outcomes, { perS: capacity, isBound: false }).ratePerS, steps };
    outcomes.push({ ratePerS: rate, outcome: rate <= limit ? "met" : "missed" });
  }
}
const outcomes = (limit: number, rates: readonly number[]): RateOutcome[] =>
  rates.map((ratePerS) => ({ ratePerS, outcome: ratePerS <= limit ? "met" : "missed" }));

test("the rate found is kept, and one little above it is not", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2_000, max: 60_000 }), fc.double({ min: 0.2, max: 1, noNaN: true }), (capacity, share) => {
      const limit = capacity * share;
      const shares = [0.25, 0.5, 0.75, 0.9].map((part) => Math.round(part * capacity));
      const { rate } = search(limit, capacity, outcomes(limit, shares));
      // Below 500 a second it is not searched, and halving comes there from 1,000 at most.
      const isFound = rate === null ? limit < 1_000 : rate <= limit && rate * 1.11 >= limit;
      expect(isFound).toBe(true);
    }),
  );
});

test("it doubles while the rate is kept, then halves the bracket", () => {
  const known = outcomes(1e9, [2_000]);
  expect(nextRate(known, 50_000)).toBe(4_000);
  expect(nextRate([...known, { ratePerS: 4_000, outcome: "missed" }], 50_000)).toBe(2_828);
  expect(nextRate(outcomes(0, [2_000]), 50_000)).toBe(1_000);
  expect(nextRate(outcomes(0, [2_000, 1_000, 500]), 50_000)).toBeNull();
});

test("what was missed for the set-up's sake bounds the rate from below", () => {
  const known: RateOutcome[] = [...outcomes(1e9, [2_000]), { ratePerS: 2_100, outcome: "unknown" }];
  expect(nextRate(known, 50_000)).toBeNull();
  const capacity = { perS: 50_000, isBound: false };
  expect(objectiveRate(known, capacity)).toEqual({ ratePerS: 2_000, limited: true });
  expect(objectiveRate([{ ratePerS: 500, outcome: "unknown" }], capacity)).toEqual({ ratePerS: null, limited: true });
  expect(objectiveRate([{ ratePerS: 500, outcome: "missed" }], capacity)).toEqual({ ratePerS: null, limited: false });
});

test("what was missed for the set-up's sake takes nothing from a higher rate that was kept; what the service missed does", () => {
  const capacity = { perS: 50_000, isBound: false };
  const kept = outcomes(1e9, [16_000, 45_000]);
  expect(objectiveRate([{ ratePerS: 2_000, outcome: "unknown" }, ...kept], capacity)).toEqual({ ratePerS: 45_000, limited: false });
  expect(nextRate([{ ratePerS: 2_000, outcome: "unknown" }, ...outcomes(1e9, [16_000])], 50_000)).toBe(32_000);
  expect(objectiveRate([{ ratePerS: 20_000, outcome: "missed" }, ...kept], capacity)).toEqual({ ratePerS: 16_000, limited: false });
});

test("a capacity that is only a bound limits the search that ends there, and no other", () => {
  const bound = { perS: 50_000, isBound: true };
  expect(objectiveRate(outcomes(1e9, [2_000, 48_000]), bound)).toEqual({ ratePerS: 48_000, limited: true });
  expect(objectiveRate(outcomes(1e9, [2_000, 48_000]), { ...bound, isBound: false })).toEqual({ ratePerS: 48_000, limited: false });
  expect(objectiveRate(outcomes(9_000, [8_500, 9_500]), bound)).toEqual({ ratePerS: 8_500, limited: false });
});

test("a rate is met within the objective, missed beyond it or when saturated, unknown when the agent sent late", () => {
  const judge = (changes: Parameters<typeof openLoad>[0], p99Ms = 10) => judgeRate(openLoad(changes), testScenario, p99Ms)?.outcome;
  expect(judge({})).toBe("met");
  expect(judge({}, 0.5)).toBe("missed");
  expect(judge({ received: 11_000, timedOut: 1_000 })).toBe("missed");
  expect(judge({ scheduleLagUs: constantHistogram(12_000, 500) }, 0.5)).toBe("unknown");
  expect(judge({ busyShare: 0.9 }, 0.5)).toBe("unknown");
});

test("a step lasts long enough for a p99", () => {
  expect(searchDurationMs(1_000)).toBe(10_500);
  expect(searchDurationMs(50_000)).toBe(2_000);
});
