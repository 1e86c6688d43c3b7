/**
 * What a container costs: each production service as a process and in a container, on the same Redis source, in interleaved
 * rounds, as the ratio of the throughput at capacity.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "simple-statistics";
import { table } from "../commands/output.ts";
import { engineAddress } from "../containers/engine.ts";
import { rightAnswers } from "../core/gates.ts";
import { presets } from "../core/presets.ts";
import type { Scenario } from "../core/scenario.ts";
import { planTopology } from "../core/topology.ts";
import { canPin, usableCpus } from "../processes/pinning.ts";
import { resolveRedis } from "../redis/resolve.ts";
import type { RedisSource } from "../redis/source.ts";
import { type Built, buildCandidate, findCandidate } from "../run/prepare.ts";
import { runTrial } from "../run/trial.ts";
import { findImplementations, findScenarios, type Implementation } from "../store/catalogue.ts";
import { openDockerTarget } from "../targets/docker.ts";
import { processes } from "../targets/processes.ts";
import type { Target } from "../targets/target.ts";

const rounds = 5;
const { signal } = new AbortController();

export async function benchContainers(): Promise<string> {
  if (engineAddress() === null) return "container against process: skipped, there is no Docker engine";
  await using docker = await openDockerTarget(null);
  const [scenario] = findScenarios(undefined, presets.quick.scenarios);
  if (scenario === undefined) throw new Error("the preset quick has a scenario");
  const redisSource = await resolveRedis(undefined, signal);
  const folder = await mkdtemp(join(tmpdir(), "cache-bench-bench-"));
  try {
    const rows: string[][] = [];
    for (const implementation of findImplementations(undefined, ({ variant }) => variant === "production")) {
      const sides = [await built(implementation, processes, folder), await built(implementation, docker, folder)];
      const ratios: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const [asProcess = NaN, contained = NaN] = await inTurn(sides, round, (side) => capacity(side, scenario, redisSource, folder));
        ratios.push(contained / asProcess);
      }
      rows.push([
        implementation.manifest.id,
        median(ratios).toFixed(3),
        `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`,
      ]);
    }
    return `throughput in a container / as a process, ${rounds} rounds (0.9 or more is wanted)\n${table(["service", "median", "range"], rows)}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function built(implementation: Implementation, target: Target, folder: string): Promise<Built> {
  const { id } = implementation.manifest;
  const found = await findCandidate(implementation, target);
  if (found.kind === "skipped") throw new Error(`${id}: ${found.status.reason}`);
  const outcome = await buildCandidate(found.candidate, { logFile: join(folder, `build-${id}.log`), signal });
  if (!("launchable" in outcome)) throw new Error(outcome.reason);
  return outcome;
}

/** Every other round the second goes first; the results are in the order of the items. */
async function inTurn<T, R>(items: readonly T[], round: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const order = round % 2 === 0 ? [...items] : items.toReversed();
  const results: R[] = [];
  for (const item of order) results.push(await work(item));
  return round % 2 === 0 ? results : results.toReversed();
}

async function capacity({ launchable }: Built, scenario: Scenario, redisSource: RedisSource, folder: string): Promise<number> {
  const { outcome } = await runTrial({
    planned: { id: "bench", block: 0, implementation: launchable.id, scenario: scenario.id },
    scenario,
    settings: {
      ...presets.quick.settings,
      openLoopMs: 1_000,
      preset: "quick",
      engine: "socket",
      seed: 1,
      connections: null,
      precision: null,
    },
    topology: planTopology(usableCpus(), canPin()),
    launchable,
    redisSource,
    ceilingPerS: null,
    logFile: join(folder, `${launchable.id}.log`),
    signal,
  });
  if (outcome.kind === "failed") throw new Error(`${launchable.id}: ${outcome.reason}`);
  const load = outcome.loadPoints.at(-1)?.load;
  return load === undefined ? NaN : rightAnswers(load, scenario) / load.elapsedS;
}
