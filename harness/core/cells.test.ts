import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { buildCells, type CellsInput } from "./cells.ts";
import type { LoadMeasurement } from "./measurement.ts";
import { buildPlan } from "./plan.ts";
import { presets } from "./presets.ts";
import { cellSchema, type Finding, type ImplementationResult, type LoadPointResult, type Trial } from "./result.ts";
import { closedLoad, openLoad, soundCounts, testScenario } from "./testing/load-measurement.ts";
import { planTopology } from "./topology.ts";

const implementation = { manifest: { id: "a" }, status: { kind: "measured", artifactBytes: 1_000 } } as ImplementationResult;
const plan = buildPlan({
  settings: { ...presets.quick.settings, preset: "quick", engine: "socket", seed: 1, connections: null, precision: null },
  topology: planTopology([0, 1], true),
  implementations: [{ id: "a", sourceHash: "" }],
  scenarios: [testScenario],
});

const point = (load: LoadMeasurement): LoadPointResult => ({
  load,
  steadyState: { verdict: "steady", change: 0 },
  serviceCpuS: 2,
  redisCpuS: 0.5,
  redisCalls: {},
  serviceRequests: {},
  serviceTimes: null,
  beside: {},
});
const trial = (findings: Finding[] = [], loadPoints = [point(openLoad()), point(closedLoad())]): Trial => ({
  id: "t",
  block: 0,
  implementation: "a",
  scenario: "test",
  startedAt: "2026-01-01T00:00:00.000Z",
  durationS: 1,
  outcome: {
    kind: "measured",
    readyMs: 1,
    connect: { connections: 100, elapsedMs: 1 },
    loadPoints,
    memory: [
      { phase: "idle", atS: 1, rssBytes: 10, pssBytes: 9, processes: 1 },
      { phase: "closed-loop", atS: 2, rssBytes: 20, pssBytes: 19, processes: 1 },
      { phase: "closed-loop", atS: 3, rssBytes: 30, pssBytes: 18, processes: 1 },
    ],
    rssHighWaterBytes: 30,
    counts: soundCounts(),
    findings,
  },
});
const cell = (trials: Trial[], samplesMs = [3, 4], noise: CellsInput["noise"] = null) => {
  const [built] = buildCells({
    plan,
    scenarios: [testScenario],
    implementations: [implementation],
    trials,
    coldStarts: [{ implementation: "a", samplesMs, pollGapsMs: [] }],
    noise,
  });
  if (built === undefined) throw new Error("no cell");
  return cellSchema.parse(built);
};
const six = <T>(make: () => T): T[] => Array.from({ length: 6 }, make);
const finding = (severity: Finding["severity"], loadPoint: number | null): Finding => ({
  gate: "g",
  severity,
  loadPoint,
  sentence: "why",
  cure: "cure",
});

test("sound launches give valid figures in their units", () => {
  const { figures, launches } = cell(six(() => trial()));
  expect(launches).toEqual({ planned: 6, measured: 6, void: 0, failed: 0 });
  expect(figures.throughput).toMatchObject({ verdict: "valid", value: expect.closeTo(20_000), launches: 6 });
  expect(figures.p99).toMatchObject({ verdict: "valid", value: expect.closeTo(1_000, -1) });
  expect(figures.cpuPerOperation).toMatchObject({ value: expect.closeTo(25) });
  expect(figures.rssLoad).toMatchObject({ value: expect.closeTo(30) });
  expect(figures.pssLoad).toMatchObject({ value: expect.closeTo(19) });
  expect(figures.hitRatio).toMatchObject({ value: expect.closeTo(8_000 / 8_400) });
  expect(figures.coldStart).toMatchObject({ verdict: "valid", launches: 2 });
});

test("a percentile with too few samples beyond it says how many there are", () => {
  expect(cell(six(() => trial())).figures.p999).toMatchObject({ verdict: "void", reason: expect.stringContaining("only 72 samples") });
});

test("launches with too few samples each are merged, without an interval", () => {
  expect(cell(Array.from({ length: 9 }, () => trial())).figures.p999).toMatchObject({ verdict: "valid", interval: null, launches: 9 });
});

test("a void load point voids its own figures and no others", () => {
  const { figures } = cell(six(() => trial([finding("void", 0)])));
  expect(figures.p99).toEqual({ verdict: "void", reason: "why", cure: "cure" });
  expect(figures.throughput.verdict).toBe("valid");
  expect(figures.rssIdle.verdict).toBe("valid");
});

const lateness = () => {
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 2 ** 31, numberOfSignificantValueDigits: 3 });
  histogram.recordValueWithCount(10, 11_760);
  histogram.recordValueWithCount(5_000, 240);
  return encodeIntoCompressedBase64(histogram);
};
const lateTrial = () => trial([], [point(openLoad({ scheduleLagUs: lateness() })), point(closedLoad())]);

test("late sending voids p99 and leaves the median and the service time", () => {
  const { figures } = cell(six(lateTrial));
  expect(figures.p99).toMatchObject({ verdict: "void", reason: expect.stringContaining("sent late") });
  expect(figures.p50.verdict).toBe("valid");
  expect(figures.serviceP99.verdict).toBe("valid");
});

test("p99 of a few launches that were slow enough for late sending not to show in them is none", () => {
  const mixed = (late: number) => cell(Array.from({ length: 8 }, (_, i) => (i < late ? lateTrial() : trial()))).figures;
  expect(mixed(5).p99).toMatchObject({
    verdict: "void",
    reason: expect.stringContaining("of 8 launches only the 3 with the longest times"),
  });
  expect(mixed(4).p99).toMatchObject({ verdict: "valid", launches: 4 });
  expect(mixed(5).p50).toMatchObject({ verdict: "valid", launches: 8 });
});

test("a void trial is left out and counted, never averaged in", () => {
  const slow = trial([finding("void", 1)], [point(openLoad()), point(closedLoad({ elapsedS: 40 }))]);
  const { figures, launches } = cell([...six(() => trial()), slow]);
  expect(figures.throughput).toMatchObject({ value: expect.closeTo(20_000), launches: 6 });
  expect(launches.void).toBe(1);
});

test("a bounded capacity bounds throughput and leaves CPU per operation valid", () => {
  const { figures } = cell(six(() => trial([finding("bounded", 1)])));
  expect(figures.throughput).toMatchObject({ verdict: "bounded", reason: "why" });
  expect(figures.cpuPerOperation.verdict).toBe("valid");
});

test("rates of the service's own give their figures, apart from the common rates", () => {
  const share = { kind: "open-loop", offeredRatePerS: 2_000, from: { kind: "capacity", share: 0.5 } } as const;
  const step = { kind: "open-loop", offeredRatePerS: 18_000, from: { kind: "objective" } } as const;
  const slow = closedLoad().operations; // 5 ms
  const points = [
    point(openLoad()),
    point(closedLoad()),
    point(openLoad({ point: share, operations: slow })),
    point(openLoad({ point: step })),
  ];
  const scenario = { ...testScenario, objective: { p99Ms: 10 } };
  const built = (findings: Finding[]) =>
    buildCells({
      plan,
      scenarios: [scenario],
      implementations: [implementation],
      trials: six(() => trial(findings, points)),
      coldStarts: [],
      noise: null,
    })[0];
  const { figures } = built([]) ?? {};
  expect(figures?.p99).toMatchObject({ value: expect.closeTo(1_000, -1) });
  expect(figures?.p99At50).toMatchObject({ verdict: "valid", value: expect.closeTo(5_000, -1) });
  expect(figures?.p99At90).toMatchObject({ verdict: "void", reason: expect.stringContaining("no rate relative") });
  expect(figures?.objectiveRate).toMatchObject({ verdict: "valid", value: expect.closeTo(18_000), launches: 6 });
  expect(built([finding("bounded", 1)])?.figures.objectiveRate).toMatchObject({ verdict: "bounded", value: expect.closeTo(18_000) });
  const saturated = built([finding("void", 2)]);
  expect(saturated?.figures.p99At50).toMatchObject({ verdict: "void", reason: "why" });
  expect(saturated?.launches.void).toBe(0);
});

test("throughput and processor time know how far noise alone keeps A from A here; times do not", () => {
  const noise = { launches: 6, throughput: { value: 0.98, low: 0.9, high: 1.05 }, cpu: null };
  const { figures } = cell(
    six(() => trial()),
    [3, 4],
    noise,
  );
  expect(figures.throughput).toMatchObject({ noiseFloor: 1 / 0.9 });
  for (const metric of ["cpuPerOperation", "p50"] as const) expect(figures[metric]).not.toHaveProperty("noiseFloor");
});

test("failed launches give their reason", () => {
  const failed: Trial = { ...trial(), outcome: { kind: "failed", stage: "measure", reason: "killed", logTail: [] } };
  const { figures, launches } = cell([failed]);
  expect(figures.throughput).toMatchObject({ verdict: "void", reason: "no launch could be measured: killed" });
  expect(launches.failed).toBe(1);
});

test("an engine without an open loop has capacity only", () => {
  const { figures } = cell(six(() => trial([], [point(closedLoad())])));
  expect(figures.p99).toMatchObject({ verdict: "void", reason: "the engine has no open loop" });
  expect(figures.throughput.verdict).toBe("valid");
});

test("launches whose search the set-up spoilt are left out, unless they are most; one that missed at every rate is a fact", () => {
  const scenario = { ...testScenario, objective: { p99Ms: 10 } };
  const at = { kind: "open-loop", offeredRatePerS: 500, from: { kind: "objective" } } as const;
  const slow = closedLoad({}).operations;
  const tight = { ...scenario, objective: { p99Ms: 4 } };
  const search = (outcome: "met" | "missed" | "unknown") => {
    const operations = outcome === "met" ? {} : { operations: slow };
    return [
      point(openLoad(operations)),
      point(closedLoad()),
      point(openLoad({ point: at, ...operations, busyShare: outcome === "unknown" ? 0.9 : 0.1 })),
    ];
  };
  const rateOf = (outcomes: readonly ("met" | "missed" | "unknown")[]) =>
    buildCells({
      plan,
      scenarios: [tight],
      implementations: [implementation],
      trials: Array.from({ length: 6 }, (_, index) => trial([], search(outcomes[index] ?? "met"))),
      coldStarts: [],
      noise: null,
    })[0]?.figures.objectiveRate;
  expect(rateOf(["unknown", "unknown"])).toMatchObject({ verdict: "bounded", launches: 4 });
  expect(rateOf(["unknown", "unknown", "unknown", "unknown"])).toMatchObject({
    verdict: "void",
    reason: expect.stringContaining("load agent"),
  });
  expect(rateOf(["missed"])).toMatchObject({ verdict: "void", reason: "1 of 6 launches kept the objective at no rate" });
});
