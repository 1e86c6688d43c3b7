import { expect, test } from "vitest";
import { type SyntheticService, syntheticResult } from "../../report/testing/synthetic-result.ts";
import type { Trial } from "../core/result.ts";
import { exitCodeOf } from "./run.ts";

const sound: SyntheticService = { id: "sound", language: "go", slowness: 1 };
const withVoid = (...metrics: readonly ("throughput" | "p99" | "cpuPerOperation")[]) =>
  syntheticResult({ services: [{ ...sound, figures: Object.fromEntries(metrics.map((metric) => [metric, "void" as const])) }] });

test("a run that measured something ends with 0, also where a language was skipped", () => {
  expect(exitCodeOf(syntheticResult({ services: [sound, { ...sound, id: "absent", status: "skipped" }] }))).toBe(0);
  expect(exitCodeOf(withVoid("throughput", "p99"))).toBe(0);
});

test("one implementation that failed is 6, though the others were measured", () => {
  expect(exitCodeOf(syntheticResult({ services: [sound, { ...sound, id: "broken", status: "failed" }] }))).toBe(6);
});

test("one trial that failed is 6, though its implementation passed the checks", () => {
  const result = syntheticResult({ services: [sound] });
  const outcome: Trial["outcome"] = { kind: "failed", stage: "measure", reason: "ended with exit code 3", logTail: [] };
  const trials = result.trials.map((trial, index) => (index === 0 ? { ...trial, outcome } : trial));
  expect(exitCodeOf({ ...result, trials })).toBe(6);
});

test("nothing valid at all is 4", () => {
  expect(exitCodeOf(withVoid("throughput", "p99", "cpuPerOperation"))).toBe(4);
});
