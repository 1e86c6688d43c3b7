import { expect, test } from "vitest";
import type { Machine } from "../result.ts";
import { testScenario } from "../testing/load-measurement.ts";
import { type Calibration, calibrationSchema, calibrationSchemaVersion, staleness } from "./calibration.ts";
import { ceilingKey, findCeiling } from "./ceilings.ts";

const machine: Machine = {
  cpuModel: "a processor",
  architecture: "x64",
  usableCpus: [0, 1],
  memoryBytes: 8e9,
  os: "Debian",
  kernel: "6.1",
  node: "v24.0.0",
  governor: null,
};
const madeMs = Date.parse("2026-01-01T00:00:00.000Z");
const dayMs = 86_400_000;
const ceiling = { ...ceilingKey(testScenario, "socket", null), requestsPerS: 60_000, cpuUs: 14, p50Us: 900 };

const calibration: Calibration = calibrationSchema.parse({
  schemaVersion: calibrationSchemaVersion,
  methodVersion: 2,
  tool: "0.1.0",
  date: new Date(madeMs).toISOString(),
  machine,
  topology: "",
  nullServer: "nginx",
  ceilings: [ceiling],
  witnesses: [],
  truth: [],
  interruptions: [],
  lagUs: { p50: 2, p90: 10, p99: 40 },
  noise: { launches: 6, throughput: null, cpu: null },
});

test("a calibration holds for 30 days on the machine it was made on", () => {
  expect(staleness(calibration, machine, 2, madeMs)).toBeNull();
  expect(staleness(calibration, machine, 2, madeMs + 30 * dayMs)).toBeNull();
  expect(staleness(calibration, machine, 2, madeMs + 31 * dayMs)).toBe("it is 31 days old");
});

test("it does not hold on another machine, after an update of Node, or for another method", () => {
  expect(staleness(calibration, { ...machine, cpuModel: "another" }, 2, madeMs)).toContain("cpuModel");
  expect(staleness(calibration, { ...machine, usableCpus: [0] }, 2, madeMs)).toContain("usableCpus");
  expect(staleness(calibration, { ...machine, node: "v99.0.0" }, 2, madeMs)).toContain("node");
  expect(staleness(calibration, machine, 3, madeMs)).toContain("older method");
});

test("a ceiling holds for the load it was measured with and no other", () => {
  const found = (...key: Parameters<typeof ceilingKey>) => findCeiling(calibration.ceilings, ceilingKey(...key));
  expect(found(testScenario, "socket", null)).toEqual(ceiling);
  expect(found({ ...testScenario, title: "the same load by another name" }, "socket", testScenario.connections)).toEqual(ceiling);
  expect(found(testScenario, "autocannon", null)).toBeNull();
  expect(found(testScenario, "socket", 64)).toBeNull();
  expect(found({ ...testScenario, operations: { get: 1, put: 0, delete: 0 } }, "socket", null)).toBeNull();
  expect(found({ ...testScenario, valueSize: { kind: "fixed", bytes: 65 } }, "socket", null)).toBeNull();
});
