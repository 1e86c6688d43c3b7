/** The gate as a whole on a real service: launches, rounds, looks, confirmation and verdict, with windows as short as a test allows. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildPlan } from "../core/plan.ts";
import type { Settings } from "../core/plan-schema.ts";
import { presets } from "../core/presets.ts";
import type { GateResult } from "../core/gate/verdict.ts";
import { planTopology } from "../core/topology.ts";
import { canPin, usableCpus } from "../processes/pinning.ts";
import { resolveRedis } from "../redis/resolve.ts";
import { processes } from "../targets/processes.ts";
import { newWorkspace, tinyScenario } from "../testing/cli.ts";
import { choosePairs } from "./choose.ts";
import { runGateJob } from "./job.ts";
import { buildPair, type GateSetup, roundOf } from "./measure.ts";
import { openVersion } from "./versions.ts";

/** Too short for a p99: that figure stays inconclusive, which is no alarm. */
const settings: Settings = {
  ...presets.quick.settings,
  coldStartRuns: 1,
  warmUpMs: 500,
  leadInMs: 100,
  openLoopMs: 100,
  closedLoopMs: 1_000,
  preset: "quick",
  engine: "socket",
  seed: 1,
  connections: null,
  precision: null,
};

/** The test service with one fault against itself with another. */
async function gate(baseFault: string, headFault: string, rounds: number): Promise<GateResult> {
  const { signal } = new AbortController();
  const logs = mkdtempSync(join(tmpdir(), "cache-bench-gate-"));
  const setup: GateSetup = {
    plan: buildPlan({ settings, topology: planTopology(usableCpus(), canPin()), implementations: [], scenarios: [tinyScenario] }),
    scenario: tinyScenario,
    target: processes,
    redisSource: await resolveRedis(undefined, signal),
    log: (name) => join(logs, `${name}.log`),
    signal,
  };
  await using base = await openVersion("--base", newWorkspace().service("mine", baseFault));
  await using head = await openVersion("--head", newWorkspace().service("mine", headFault));
  const { pairs } = await choosePairs(base, head, { all: true, names: undefined });
  const built = await Promise.all(pairs.map((pair) => buildPair(pair, setup)));
  return await runGateJob(
    ["mine"],
    rounds,
    roundOf(built, setup, () => {}),
  );
}

const regressed = ({ members }: GateResult): readonly string[] =>
  members.filter(({ verdict }) => verdict === "regression").map(({ metric }) => metric);

// The services take a fixed processor time per request: what the test asks of the gate is not at the mercy of the machine's noise.
test("a service against itself raises no alarm", async () => {
  const result = await gate("costs-500-us", "costs-500-us", 8);
  expect(regressed(result)).toEqual([]);
  expect(result.members.find(({ metric }) => metric === "cpuPerOperation")?.validRounds).toBeGreaterThanOrEqual(5);
}, 600_000);

// Two rounds may be void.
test("a service that burns 20 % more processor time per request is found, and that figure is named", async () => {
  const result = await gate("costs-500-us", "costs-600-us", 9);
  expect(regressed(result), JSON.stringify(result.members)).toContain("cpuPerOperation");
  expect(result.sentence).toMatch(/^Regression, found twice: .*mine CPU per op \+\d/);
}, 600_000);
