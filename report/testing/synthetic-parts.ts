/** The implementations and scenarios of a synthetic result. */
import { capabilityNames, type Manifest } from "../../harness/core/implementation.ts";
import type { ImplementationResult } from "../../harness/core/result.ts";
import type { Scenario } from "../../harness/core/scenario.ts";
import type { SyntheticService } from "./synthetic-result.ts";

export function syntheticImplementation(service: SyntheticService, artifactBytes: number): ImplementationResult {
  const { id, language, variant = "production", title = id, status = "measured", reason = "No toolchain was found." } = service;
  const manifest: Manifest = {
    id,
    language,
    variant,
    version: "1.0.0",
    title,
    stack: [],
    toolchain: { name: language, probes: [[language, "--version"]], range: ">=1.0", install: `Install ${language}.` },
    build: { commands: [], artifact: "out" },
    run: { command: ["out/service"] },
    dockerfile: "Dockerfile",
    capabilities: Object.fromEntries(capabilityNames.map((name) => [name, true])) as Manifest["capabilities"],
    consistency: "read-your-writes",
    knownIssues: [],
    notes: "",
  };
  if (status === "skipped") return { manifest, status: { kind: "skipped", reason, cure: `Install ${language}.` } };
  if (status === "failed") return { manifest, status: { kind: "failed", stage: "build", reason, cure: "Read the log of the build." } };
  return {
    manifest,
    status: {
      kind: "measured",
      sourceHash: "a".repeat(64),
      toolchainVersion: `${language} 1.0`,
      artifactBytes,
      buildS: 12,
      builtFromScratch: true,
      otherBuildS: 1.5,
      source: { codeLines: 1_234, testLines: 567, directDependencies: 8, allDependencies: 90 },
      passedChecks: ["round-trip", "redis-bytes"].filter((id) => !service.failedChecks?.includes(id)),
      failedChecks: [...(service.failedChecks ?? [])],
    },
  };
}

export function syntheticScenario(id: string, rates: readonly number[]): Scenario {
  return {
    id,
    title: id === "mixed-70-30" ? "70 % reads, 30 % writes" : `Scenario ${id}`,
    purpose: "A mixed load on a data set that is larger than L1.",
    connections: 1_000,
    operations: { get: 0.7, put: 0.3, delete: 0 },
    keys: { count: 100_000, choice: { kind: "zipf", exponent: 0.99 } },
    valueSize: { kind: "fixed", bytes: 512 },
    l1: { kind: "share-of-data", share: 0.1 },
    openLoop: { offeredRatesPerS: [...rates] },
  };
}
