import { expect, test } from "vitest";
import { syntheticResult } from "../../report/testing/synthetic-result.ts";
import { type Baseline, baselineOf, baselineSchema, machineLabel } from "./baseline.ts";
import { Simulator } from "./gate/testing/simulated-job.ts";
import type { Cell, Figure } from "./result.ts";
import { trendsOf } from "./trend.ts";

const result = syntheticResult({ services: [{ id: "go-production", language: "go", slowness: 1 }] });
const simulator = new Simulator(1);

/** The run of a night, whose figures are this much larger than at first. */
function night(number: number, growth = 1): Baseline {
  const startedAt = new Date(Date.UTC(2026, 0, number)).toISOString();
  const tool = { ...result.tool, commit: `abc${String(number).padStart(4, "0")}` };
  const grown = (figure: Figure): Figure =>
    figure.verdict === "valid" ? { ...figure, value: figure.value * growth * Math.exp(0.02 * simulator.normal()) } : figure;
  const cells = result.cells.map((cell) => ({
    ...cell,
    figures: Object.fromEntries(Object.entries(cell.figures).map(([name, figure]) => [name, grown(figure)])) as Cell["figures"],
  }));
  const baseline = baselineOf({ ...result, tool, startedAt, cells });
  if (baseline === null) throw new Error("a clone without changes has a baseline");
  return baseline;
}
const nights = (from: number, to: number, growth = 1): Baseline[] =>
  Array.from({ length: to - from + 1 }, (_, index) => night(from + index, growth));
const cpuTrend = (baselines: readonly Baseline[]) => trendsOf(baselines).find(({ metric }) => metric === "cpuPerOperation");

test("a slowdown is marked at its commit, with its size, in whatever order the files are read", () => {
  const trend = cpuTrend([...nights(13, 24, 1.3), ...nights(1, 12)]);
  expect(trend?.points.map(({ commit }) => commit)).toEqual(nights(1, 24).map(({ commit }) => commit));
  expect(trend?.changes).toMatchObject([{ commit: "abc0013" }]);
  expect(trend?.changes[0]?.ratio).toBeCloseTo(1.3, 1);
});

test("a history without a change is not marked", () => {
  for (const { changes } of trendsOf(nights(1, 30))) expect(changes).toEqual([]);
});

test("another machine, and an older method, are not the same history", () => {
  const other = nights(13, 24, 1.3).map((baseline) => ({ ...baseline, machine: "another-2-cpus" }));
  const older = nights(1, 6, 2).map((baseline) => ({ ...baseline, methodHash: "older" }));
  const trends = trendsOf([...older, ...nights(7, 12), ...other]).filter(({ metric }) => metric === "p99");
  expect(trends.map(({ machine, points, changes }) => [machine.startsWith("another"), points.length, changes])).toEqual(
    expect.arrayContaining([
      [true, 12, []],
      [false, 6, []],
    ]),
  );
});

test("what is only a bound, or void, is no point", () => {
  const unsound = syntheticResult({
    services: [{ id: "go-production", language: "go", slowness: 1, figures: { throughput: "bounded", p99: "void" } }],
  });
  const baseline = baselineOf(unsound);
  expect(trendsOf(baseline === null ? [] : [baseline]).map(({ metric }) => metric)).toEqual([
    "p50",
    "cpuPerOperation",
    "pssLoad",
    "coldStart",
    "artifact",
  ]);
});

test("a baseline keeps its schema; without a commit that says what was measured there is none", () => {
  expect(baselineSchema.parse(JSON.parse(JSON.stringify(baselineOf(result))))).toEqual(baselineOf(result));
  expect(baselineOf({ ...result, tool: { ...result.tool, commit: null } })).toBeNull();
  expect(baselineOf({ ...result, tool: { ...result.tool, commit: "0123456789ab+" } })).toBeNull();
});

test("a machine's label is a file name, and names the kind of machine only", () => {
  expect(machineLabel({ cpuModel: "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", usableCpus: [0, 1, 2, 3] })).toBe(
    "intel-xeon-platinum-8370c-cpu-2-80ghz-4-cpus",
  );
  expect(machineLabel({ cpuModel: "../..", usableCpus: [0] })).toBe("unknown-1-cpus");
  expect(machineLabel({ cpuModel: "A", usableCpus: [0], keptAwake: true })).toBe("a-1-cpus-kept-awake");
});
