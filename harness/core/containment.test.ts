import { expect, test } from "vitest";
import { type Containment, judgeContainment } from "./containment.ts";

const calm: Containment = { memoryPeakBytes: 100, oomKills: 0, throttledPeriods: 0, throttledS: 0 };

test("a service within its limits has no finding", () => {
  expect(judgeContainment(calm, { ...calm, memoryPeakBytes: 900 })).toEqual([]);
});

test("a child that was killed for memory voids the trial, and the sentence says memory", () => {
  const [finding] = judgeContainment(calm, { ...calm, oomKills: 1 });
  expect(finding).toMatchObject({ gate: "memory-limit", severity: "void", loadPoint: null, sentence: expect.stringMatching(/for memory/) });
});

test("throttling within the trial voids it; throttling before it does not", () => {
  const throttled = { ...calm, throttledPeriods: 3, throttledS: 0.25 };
  expect(judgeContainment(calm, throttled)).toEqual([
    expect.objectContaining({ gate: "throttled", severity: "void", sentence: expect.stringContaining("3 periods, 0.25 s") }),
  ]);
  expect(judgeContainment(throttled, throttled)).toEqual([]);
});

test("what cannot be read finds nothing", () => {
  expect(judgeContainment(null, null)).toEqual([]);
  expect(judgeContainment(null, { memoryPeakBytes: null, oomKills: null, throttledPeriods: null, throttledS: null })).toEqual([]);
});
