/**
 * How near each service comes to nginx, and how small it is: processor time an answer at capacity on one core, in
 * interleaved rounds that start everything anew. `l1-hot` never asks Redis, so it stands beside nginx with a static reply
 * of the same 256 bytes; `article-70-30` stands beside the service's own `l1-hot`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "simple-statistics";
import { rightAnswers } from "../core/gates.ts";
import { shuffled } from "../core/plan.ts";
import type { Settings } from "../core/plan-schema.ts";
import { presets } from "../core/presets.ts";
import { planTopology } from "../core/topology.ts";
import { seededRandom } from "../core/workload.ts";
import { startNullServer } from "../calibrate/null-server.ts";
import { table } from "../commands/output.ts";
import { startGenerator } from "../load/generator.ts";
import { canPin, onPath, usableCpus } from "../processes/pinning.ts";
import { cpuSeconds } from "../probes/process-tree.ts";
import { resolveRedis } from "../redis/resolve.ts";
import type { RedisSource } from "../redis/source.ts";
import { measureColdStart, seedColdStart } from "../run/cold-start.ts";
import { type Built, buildCandidate, findCandidate } from "../run/prepare.ts";
import { runTrial } from "../run/trial.ts";
import { findImplementations, findScenarios } from "../store/catalogue.ts";

const rounds = 5;
const coldStarts = 10;
const scenarioIds = ["l1-hot", "article-70-30"] as const;
type ScenarioId = (typeof scenarioIds)[number];

const settings: Settings = {
  ...presets.quick.settings,
  preset: "quick",
  engine: "socket",
  seed: 1,
  connections: null,
  precision: null,
  openLoopMs: 1_000,
  closedLoopMs: 3_000,
};

interface Sample {
  readonly cpuUs: number;
  readonly rssBytes: number;
}

export async function benchServices(): Promise<string> {
  if (onPath("nginx") === null || !canPin()) return "services against nginx: skipped, nginx and taskset are needed on PATH";
  const folder = await mkdtemp(join(tmpdir(), "cache-bench-services-"));
  const signal = new AbortController().signal;
  try {
    const redisSource = await resolveRedis(undefined, signal);
    const built = await buildAll(folder, signal);
    const bench = { folder, signal, redisSource };
    const nginxUs: number[] = [];
    const samples = new Map<string, Sample[]>();
    const random = seededRandom(1, "bench rounds");
    for (let round = 0; round < rounds; round++) {
      nginxUs.push(await measureNginx(bench));
      const launches = built.flatMap((one) => scenarioIds.map((scenario) => ({ one, scenario })));
      for (const { one, scenario } of shuffled(launches, random)) {
        const name = cellName(one, scenario);
        samples.set(name, [...(samples.get(name) ?? []), await measureService(one, scenario, `${round}`, bench)]);
      }
    }
    const rows = [];
    for (const one of built) rows.push(await row(one, samples, nginxUs, bench));
    const title =
      `Services on one core, ${rounds} interleaved rounds of ${settings.closedLoopMs / 1000} s, medians; nginx, a static reply of 256 bytes: ` +
      `${median(nginxUs).toFixed(1)} us an answer; ratios are medians of the rounds' ratios`;
    const head = ["SERVICE", "L1-HOT US/OP", "X NGINX", "70-30 US/OP", "X L1-HOT", "RSS MB", "ARTIFACT MB", "COLD MS"];
    return `${title}\n${table(head, rows)}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Bench {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly redisSource: RedisSource;
}

const cellName = (one: Built, scenario: ScenarioId): string => `${one.launchable.id} ${scenario}`;

/** Every service that is ranked: the article variants waive the checks, so they do other work. */
async function buildAll(folder: string, signal: AbortSignal): Promise<readonly Built[]> {
  const built: Built[] = [];
  for (const implementation of findImplementations(undefined, ({ variant }) => variant !== "article")) {
    const found = await findCandidate(implementation);
    const { id } = implementation.manifest;
    if (found.kind === "skipped") throw new Error(`${id}: ${found.status.reason}`);
    const outcome = await buildCandidate(found.candidate, { logFile: join(folder, `build-${id}`), signal });
    if (!("launchable" in outcome)) throw new Error(`${id}: ${outcome.reason}`);
    built.push(outcome);
  }
  return built;
}

async function row(
  one: Built,
  samples: ReadonlyMap<string, readonly Sample[]>,
  nginxUs: readonly number[],
  bench: Bench,
): Promise<string[]> {
  const hot = samples.get(cellName(one, "l1-hot")) ?? [];
  const mixed = samples.get(cellName(one, "article-70-30")) ?? [];
  const hotUs = hot.map(({ cpuUs }) => cpuUs);
  const mixedUs = mixed.map(({ cpuUs }) => cpuUs);
  const ratios = (values: readonly number[], to: readonly number[]): string =>
    median(values.map((value, round) => value / (to[round] ?? Number.NaN))).toFixed(2);
  return [
    one.launchable.id,
    median(hotUs).toFixed(1),
    ratios(hotUs, nginxUs),
    median(mixedUs).toFixed(1),
    ratios(mixedUs, hotUs),
    (median(mixed.map(({ rssBytes }) => rssBytes)) / 1e6).toFixed(1),
    (one.status.artifactBytes / 1e6).toFixed(1),
    (await coldStartMs(one, bench)).toFixed(1),
  ];
}

async function measureNginx({ signal }: Bench): Promise<number> {
  const { service, agents } = planTopology(usableCpus(), true);
  await using nginx = await startNullServer(service, signal);
  await using generator = await startGenerator({
    origin: nginx.origin,
    engine: "socket",
    connections: 1_000,
    agentCpus: agents,
    workload: { kind: "single-url", path: "/" },
    seed: settings.seed,
    requestTimeoutMs: settings.requestTimeoutMs,
  });
  await generator.connect();
  const readings: number[] = [];
  const load = await generator.measure({
    point: { kind: "closed-loop" },
    leadInMs: settings.leadInMs,
    durationMs: settings.closedLoopMs,
    onWindow: () => readings.push(cpuSeconds(nginx.processes()) ?? Number.NaN),
  });
  const [start = Number.NaN, end = Number.NaN] = readings;
  return ((end - start) * 1e6) / load.received;
}

async function measureService(one: Built, scenarioId: ScenarioId, name: string, { folder, signal, redisSource }: Bench): Promise<Sample> {
  const [scenario] = findScenarios([scenarioId], []);
  const { id } = one.launchable;
  if (scenario === undefined) throw new Error(`no scenario ${scenarioId}`);
  const { outcome } = await runTrial({
    planned: { id: name, block: 0, implementation: id, scenario: scenarioId },
    scenario,
    settings,
    topology: planTopology(usableCpus(), true),
    launchable: one.launchable,
    redisSource,
    ceilingPerS: null,
    logFile: join(folder, `${name}-${id}-${scenarioId}`),
    signal,
  });
  if (outcome.kind === "failed") throw new Error(`${id}, ${scenarioId}: ${outcome.reason}`);
  const capacity = outcome.loadPoints.find(({ load }) => load.point.kind === "closed-loop");
  if (capacity === undefined || capacity.serviceCpuS === null) throw new Error(`${id}, ${scenarioId}: processor time cannot be read here`);
  const underLoad = outcome.memory.filter(({ phase }) => phase === "closed-loop");
  return {
    cpuUs: (capacity.serviceCpuS * 1e6) / rightAnswers(capacity.load, scenario),
    rssBytes: Math.max(...underLoad.map(({ rssBytes }) => rssBytes)),
  };
}

async function coldStartMs({ launchable }: Built, { folder, signal, redisSource }: Bench): Promise<number> {
  const { service } = planTopology(usableCpus(), true);
  const logFile = join(folder, `cold-${launchable.id}`);
  await using redis = await redisSource.start({ cpus: null, logFile: `${logFile}.redis`, signal });
  await seedColdStart(redis.url, signal);
  const launch = { settings: { redisUrl: redis.url, workers: service.length, l1MaxBytes: 67_108_864 }, cpus: service, logFile, signal };
  const samples: number[] = [];
  for (let run = 0; run < coldStarts; run++) samples.push((await measureColdStart(launchable, launch)).sampleMs);
  return median(samples);
}
