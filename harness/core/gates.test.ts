import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { errorShare, type GateInput, judgeLoadPoint, lateSending, rightAnswers } from "./gates.ts";
import { closedLoad, constantHistogram, openLoad, testScenario } from "./testing/load-measurement.ts";

const input = (load: GateInput["load"], changes: Partial<GateInput> = {}): GateInput => ({
  load,
  scenario: testScenario,
  steadyState: { verdict: "steady", change: 0 },
  connections: 100,
  redisCpuS: 0.1,
  redisSharesAgentCpu: true,
  agentCpuCount: 1,
  ceilingPerS: null,
  ...changes,
});
const failedGates = (load: GateInput["load"], changes?: Partial<GateInput>): Record<string, string> =>
  Object.fromEntries(judgeLoadPoint(input(load, changes), 0).map(({ gate, severity }) => [gate, severity]));

test("a sound open loop and a sound closed loop pass every gate", () => {
  expect(failedGates(openLoad())).toEqual({});
  expect(failedGates(closedLoad())).toEqual({});
});

test("a request that is not accounted for is void", () => {
  expect(failedGates(closedLoad({ inFlightAtEnd: 99 }))).toEqual({ conservation: "void" });
});

test("a service that cannot keep the offered rate is saturated", () => {
  expect(failedGates(openLoad({ sent: 12_000, received: 11_000, timedOut: 1_000 }))).toEqual({ "schedule-kept": "void" });
});

test("times that do not fit the connections break Little's law", () => {
  const { operations } = closedLoad();
  const get = { ...operations.get, serviceTimeUs: constantHistogram(56_000, 4_000) };
  expect(failedGates(closedLoad({ operations: { ...operations, get } }))).toEqual({ "littles-law": "void" });
});

test("a busy generator bounds the closed loop and voids the open loop", () => {
  expect(failedGates(closedLoad({ busyShare: 0.85 }))).toEqual({ "generator-headroom": "bounded" });
  expect(failedGates(openLoad({ busyShare: 0.85 }))).toEqual({ "generator-headroom": "void" });
});

test("a processor that generator and Redis fill together bounds the closed loop, unless they are apart", () => {
  const load = closedLoad({ agentCpuS: 2.4, busyShare: 0.6 });
  expect(failedGates(load, { redisCpuS: 1.5 })).toEqual({ "generator-headroom": "bounded" });
  expect(failedGates(load, { redisCpuS: 1.5, redisSharesAgentCpu: false })).toEqual({});
});

test("a capacity above 70 % of the generator's own ceiling is a bound; the open loop has none", () => {
  expect(failedGates(closedLoad(), { ceilingPerS: 28_600 })).toEqual({});
  expect(failedGates(closedLoad(), { ceilingPerS: 28_500 })).toEqual({ "ceiling-headroom": "bounded" });
  expect(failedGates(openLoad(), { ceilingPerS: 1 })).toEqual({});
});

test("late sending is void only at the percentiles where it shows", () => {
  const late = (us: number, percentile: number): boolean =>
    lateSending(openLoad({ scheduleLagUs: constantHistogram(12_000, us) }), percentile) !== null;
  expect(late(49, 99)).toBe(false);
  expect(late(99, 99)).toBe(false);
  expect(late(200, 99)).toBe(true);
  // 98 % on time, 2 % late by 5 ms: the median stands, p99 does not.
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 2 ** 31, numberOfSignificantValueDigits: 3 });
  histogram.recordValueWithCount(10, 11_760);
  histogram.recordValueWithCount(5_000, 240);
  const partly = openLoad({ scheduleLagUs: encodeIntoCompressedBase64(histogram) });
  expect(lateSending(partly, 50)).toBeNull();
  expect(lateSending(partly, 99)).toMatchObject({ severity: "void", sentence: expect.stringContaining("p99 of its lag") });
  expect(failedGates(partly)).toEqual({});
  expect(failedGates(openLoad({ scheduleLagUs: constantHistogram(12_000, 200) }))).toEqual({ "schedule-lag": "void" });
});

test("a clock that was set meanwhile is void", () => {
  expect(failedGates(closedLoad(), { clockStepMs: 500 })).toEqual({});
  expect(failedGates(closedLoad(), { clockStepMs: 501 })).toEqual({ "clock-sane": "void" });
  expect(failedGates(openLoad(), { clockStepMs: -3_600_000 })).toEqual({ "clock-sane": "void" });
});

test("a mix that is not the scenario's is void", () => {
  const { operations } = openLoad();
  const mixed = { ...operations, get: { ...operations.get, sent: 8_000 }, put: { ...operations.put, sent: 4_000 } };
  expect(failedGates(openLoad({ operations: mixed }))).toEqual({ "operation-mix": "void" });
});

test("wrong statuses are errors and never throughput", () => {
  const { operations } = closedLoad();
  const load = closedLoad({ operations: { ...operations, get: { ...operations.get, statuses: { "200": 50_000, "503": 6_000 } } } });
  expect(failedGates(load)).toEqual({ "few-errors": "void" });
  expect(rightAnswers(load, testScenario)).toBe(74_000);
  expect(errorShare(load, testScenario)).toBeCloseTo(0.075);
});

test("what was due and never sent is an error too", () => {
  const { received } = openLoad();
  expect(errorShare(openLoad({ scheduled: received * 2, sent: received }), testScenario)).toBeCloseTo(0.5);
});

test("a 404 is right only where the load deletes keys", () => {
  const { operations } = closedLoad();
  const load = closedLoad({ operations: { ...operations, get: { ...operations.get, statuses: { "200": 55_000, "404": 1_000 } } } });
  expect(failedGates(load)).toHaveProperty("few-errors");
  const deleting = { ...testScenario, operations: { get: 0.7, put: 0.295, delete: 0.005 } };
  expect(failedGates(load, { scenario: deleting })).not.toHaveProperty("few-errors");
});

test("a level that is not steady is void, and one too short to tell is not", () => {
  const verdict = (name: GateInput["steadyState"]["verdict"]) =>
    judgeLoadPoint(input(closedLoad(), { steadyState: { verdict: name, change: -0.2 } }), 0);
  expect(verdict("drifting")).toMatchObject([
    { gate: "steady-state", severity: "void", sentence: expect.stringContaining("changed by -20.0 %") },
  ]);
  expect(verdict("none")).toMatchObject([{ sentence: expect.stringContaining("no steady state was reached") }]);
  expect(verdict("too-short")).toEqual([]);
});

test.each([
  ["wrongKey", "3 held another key's value"],
  ["corrupt", "3 held a value that was never written"],
  ["stale", "3 held a value older than one acknowledged"],
] as const)("values that are wrong (%s) are void, with their number", (kind, words) => {
  const load = openLoad({ values: { judged: 131, wrongKey: 0, corrupt: 0, stale: 0, [kind]: 3 } });
  expect(judgeLoadPoint(input(load), 0)).toMatchObject([
    { gate: "right-values", severity: "void", sentence: expect.stringContaining(words), cure: expect.stringMatching(/./) },
  ]);
});

test("missing connections and missing answers are void", () => {
  expect(failedGates(closedLoad(), { connections: 101 })).toEqual({ "connections-open": "void" });
  expect(failedGates(closedLoad({ openAtEnd: 98 }))).toEqual({ "connections-open": "void" });
  expect(failedGates(closedLoad({ openAtEnd: 99 }))).toEqual({});
  expect(failedGates(openLoad({ received: 0, timedOut: 12_000 }))).toHaveProperty("answers-seen", "void");
});

test("every finding has a sentence and a cure", () => {
  const findings = judgeLoadPoint(
    input(openLoad({ received: 0, busyShare: 0.9, connections: 3, scheduleLagUs: constantHistogram(1, 1e6) })),
    2,
  );
  expect(findings.length).toBeGreaterThan(3);
  for (const finding of findings) {
    expect(finding.loadPoint).toBe(2);
    expect(finding.sentence).not.toBe("");
    expect(finding.cure).not.toBe("");
  }
});
