import { describe, expect, test } from "vitest";
import { ownMetrics } from "./own-metrics.ts";
import type { LoadPointResult } from "./result.ts";
import { closedLoad, openLoad, testScenario } from "./testing/load-measurement.ts";

const seen = (changes: Partial<LoadPointResult>): LoadPointResult => ({
  load: openLoad(),
  steadyState: { verdict: "steady", change: 0 },
  serviceCpuS: 1,
  redisCpuS: 1,
  redisCalls: {},
  serviceRequests: {},
  serviceTimes: null,
  beside: {},
  ...changes,
});

const steps = (count: number, faults: readonly (readonly [from: number, to: number, count: number])[]): number[] =>
  Array.from({ length: count }, (_, step) => faults.find(([from, to]) => step >= from && step < to)?.[2] ?? 0);

const loadWith = (faults: number[]): LoadPointResult["load"] =>
  openLoad({ per100Ms: { leadInSteps: 5, answers: faults.map(() => 200), meanResponseUs: faults.map(() => 1_000), faults } });

describe("while Redis is away", () => {
  // 5 steps of lead-in; 40 of 200 from 2.0 s to 4.0 s, and a last one 700 ms after Redis came back.
  const load = loadWith(
    steps(65, [
      [25, 45, 40],
      [51, 52, 1],
    ]),
  );

  test("what is served is counted over the whole steps of the pause", () => {
    const point = seen({ load, beside: { redisPause: { startMs: 2_030, endMs: 3_970 } } });
    expect(ownMetrics.servedInOutage.value(point)).toBeCloseTo(0.8, 9);
  });

  test("who hangs serves nobody, and has recovered when the last request was given up", () => {
    const due = steps(65, [[0, 65, 200]]);
    const answers = due.map((count, step) => (step >= 25 && step < 45 ? 50 : count));
    const lost = steps(65, [[55, 57, 150]]);
    const hung = openLoad({ per100Ms: { ...loadWith(steps(65, [])).per100Ms, answers, due, lost } });
    const point = seen({ load: hung, beside: { redisPause: { startMs: 2_000, endMs: 4_000 } } });
    expect(ownMetrics.servedInOutage.value(point)).toBe(0.25);
    expect(ownMetrics.recovery.value(point)).toBe(1_200);
  });

  test("recovery ends with the last fault, not with the first success", () => {
    expect(ownMetrics.recovery.value(seen({ load, beside: { redisPause: { startMs: 2_030, endMs: 3_970 } } }))).toBe(730);
  });

  test("who gave no fault after the pause has recovered at once", () => {
    const calm = seen({
      load: loadWith(steps(65, [[25, 35, 5]])),
      beside: { redisPause: { startMs: 2_000, endMs: 4_000 } },
    });
    expect(ownMetrics.recovery.value(calm)).toBe(0);
  });

  test("without a pause there is no figure", () => {
    expect(ownMetrics.servedInOutage.value(seen({}))).toBeNull();
    expect(ownMetrics.recovery.value(seen({}))).toBeNull();
  });
});

test("staleness is the median and the worst of the writes watched", () => {
  const point = seen({ beside: { stalenessMs: [0, 3, 1, 0, 40] } });
  expect(ownMetrics.staleMedian.value(point)).toBe(1);
  expect(ownMetrics.staleWorst.value(point)).toBe(40);
  expect(ownMetrics.staleMedian.value(seen({ beside: { stalenessMs: [] } }))).toBeNull();
});

test("reads per expiry are those of the whole window over how often L1 lives ended in it", () => {
  const scenario = { ...testScenario, operations: { get: 1, put: 0, delete: 0 }, l1TtlMs: 500, keys: { ...testScenario.keys, count: 2 } };
  const point = seen({ load: closedLoad({ elapsedS: 5 }), redisCalls: { get: 33, pttl: 30, mget: 11 } });
  // 5 s and half a second of lead-in hold 11 lives of each of 2 keys.
  expect(ownMetrics.readsPerExpiry.value(point, scenario)).toBe(2);
});
