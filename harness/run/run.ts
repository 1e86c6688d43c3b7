/** The main job: select, build, check, measure, start cold, summarise. Every finished trial is on disk before the next begins. */
import { buildCells } from "../core/cells.ts";
import { remainingColdStarts, remainingTrials } from "../core/plan.ts";
import type { Plan } from "../core/plan-schema.ts";
import { type ColdStart, type ImplementationResult, type Result, resultSchemaVersion, type Trial } from "../core/result.ts";
import { environmentError } from "../errors.ts";
import { endOrphans } from "../processes/orphans.ts";
import { pinSelf } from "../processes/pinning.ts";
import { describeMachine } from "../probes/machine.ts";
import { RedisAdmin } from "../redis/admin.ts";
import type { RedisSource } from "../redis/source.ts";
import type { RunFolder } from "../store/run-folder.ts";
import { ServiceFault } from "../targets/readiness.ts";
import { toolIdentity } from "../tool.ts";
import { measureColdStart, measureLaunchOverhead, seedColdStart } from "./cold-start.ts";
import { type Built, buildCandidate, checkConformance, nonconforming, type Status } from "./prepare.ts";
import { formatDuration, type Progress } from "./progress.ts";
import type { Selection } from "./select.ts";
import { runTrial } from "./trial.ts";

export interface RunOptions {
  readonly selection: Selection;
  readonly folder: RunFolder;
  readonly redisSource: RedisSource;
  readonly allowNonconforming: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Rejects with the signal's reason when stopped; what was measured by then is in the journal. */
export async function run(options: RunOptions): Promise<Result> {
  const startedAt = new Date().toISOString();
  // Read before this process is pinned, which takes processors away from what it sees.
  const machine = describeMachine();
  const { selection, folder, redisSource, progress } = options;
  await progress.stage("Looking for what an earlier run left behind", async (update) => {
    const ended = await endOrphans();
    if (ended > 0) update(`ended ${ended} processes of a run that was killed`);
  });
  const statuses = new Map<string, Status>();
  for (const found of selection.found) if (found.kind === "skipped") statuses.set(found.implementation.manifest.id, found.status);

  const built = await buildAll(options, statuses);
  const sound = await checkAll(options, built, statuses);
  const redis = await identifyRedis(options);
  if (selection.plan.topology.pinned) await pinSelf(selection.plan.topology.orchestrator);
  const trials = await measureAll(options, sound);
  const { coldStarts, launchOverheadMs } = await startCold(options, sound);

  const implementations: ImplementationResult[] = selection.found.map((found) => {
    const { manifest } = found.kind === "skipped" ? found.implementation : found.candidate.implementation;
    const status = statuses.get(manifest.id);
    if (status === undefined) throw new Error(`${manifest.id} has no status`);
    return { manifest, status };
  });
  const { plan, scenarios } = selection;
  const result: Result = {
    schemaVersion: resultSchemaVersion,
    runId: folder.runId,
    startedAt,
    finishedAt: new Date().toISOString(),
    tool: await toolIdentity(),
    machine,
    redis: { source: redisSource.name, ...redis },
    launchOverheadMs,
    plan,
    scenarios: [...scenarios],
    implementations,
    trials: [...trials],
    coldStarts: [...coldStarts],
    cells: buildCells({ plan, scenarios, implementations, trials, coldStarts }),
  };
  await folder.writeResult(result);
  return result;
}

/** One after the other: compilers want the whole machine. */
async function buildAll({ selection, folder, progress, signal }: RunOptions, statuses: Map<string, Status>): Promise<readonly Built[]> {
  return progress.stage(`Building ${selection.candidates.length} services (the first time takes minutes; not part of any result)`, async (update) => {
    const built: Built[] = [];
    for (const candidate of selection.candidates) {
      const { id } = candidate.implementation.manifest;
      update(`${id}, ${candidate.toolchain.version}`);
      const outcome = await buildCandidate(candidate, { logFile: folder.log(`build-${id}`), signal });
      statuses.set(id, "launchable" in outcome ? outcome.status : outcome);
      if ("launchable" in outcome) built.push(outcome);
    }
    return built;
  });
}

/** Nobody is measured who does not do the work right. */
async function checkAll(options: RunOptions, built: readonly Built[], statuses: Map<string, Status>): Promise<readonly Built[]> {
  const { folder, redisSource, allowNonconforming, progress, signal } = options;
  return progress.stage("Checking that each service is correct", async (update) => {
    const sound: Built[] = [];
    for (const one of built) {
      update(one.launchable.id);
      const results = await checkConformance(one, redisSource, { logFile: folder.log(`check-${one.launchable.id}`), signal });
      const failed = "kind" in results ? results : allowNonconforming ? null : nonconforming(one.launchable.id, results);
      if (failed === null) sound.push(one);
      else statuses.set(one.launchable.id, failed);
    }
    return sound;
  });
}

async function identifyRedis({ redisSource, folder, signal }: RunOptions): Promise<{ server: string; version: string }> {
  await using redis = await redisSource.start({ cpus: null, logFile: folder.log("redis"), signal });
  await using admin = await RedisAdmin.connect(redis.url);
  return await admin.identity();
}

async function measureAll({ selection, folder, redisSource, progress, signal }: RunOptions, built: readonly Built[]): Promise<readonly Trial[]> {
  const { plan, scenarios } = selection;
  const finished = folder.readJournal().flatMap((entry) => (entry.kind === "trial" ? [entry.trial] : []));
  const trials = [...finished];
  const launchables = new Map(built.map(({ launchable }) => [launchable.id, launchable]));
  const remaining = remainingTrials(plan, new Set(finished.map(({ id }) => id))).filter(({ implementation }) => launchables.has(implementation));
  await progress.stage(`Measuring ${remaining.length} trials, about ${formatDuration((plan.etaS * remaining.length) / plan.trials.length)}`, async (update) => {
    const started = performance.now();
    for (const [index, planned] of remaining.entries()) {
      const launchable = launchables.get(planned.implementation);
      const scenario = scenarios.find(({ id }) => id === planned.scenario);
      if (launchable === undefined || scenario === undefined) throw new Error(`the plan names ${planned.implementation} and ${planned.scenario}, which are not there`);
      const left = index === 0 ? (plan.etaS * remaining.length) / plan.trials.length : ((performance.now() - started) / 1000 / index) * (remaining.length - index);
      update(`trial ${index + 1} of ${remaining.length}, round ${planned.block + 1}: ${planned.implementation}, ${planned.scenario}; ${formatDuration(left)} left`);
      const logFile = folder.log(`${planned.id}-${planned.implementation}`);
      const trial = await runTrial({ planned, scenario, settings: plan.settings, topology: plan.topology, launchable, redisSource, logFile, signal });
      folder.append({ kind: "trial", trial });
      trials.push(trial);
      if (trial.outcome.kind === "failed") update(`${planned.implementation}: ${trial.outcome.reason}`);
    }
  });
  return trials;
}

/** Cold starts alternate between implementations, on one Redis. */
async function startCold({ selection, folder, redisSource, progress, signal }: RunOptions, built: readonly Built[]): Promise<{ coldStarts: readonly ColdStart[]; launchOverheadMs: number | null }> {
  const { plan } = selection;
  const cpus = plan.topology.pinned ? plan.topology.service : null;
  const before = folder.readJournal().flatMap((entry) => (entry.kind === "cold-start" ? [entry.implementation] : []));
  const launchables = new Map(built.map(({ launchable }) => [launchable.id, launchable]));
  const remaining = remainingColdStarts(plan, before).filter((id) => launchables.has(id));
  return progress.stage(`Starting cold, ${remaining.length} times`, async (update) => {
    await using redis = await redisSource.start({ cpus: plan.topology.pinned ? plan.topology.redis : null, logFile: folder.log("cold-start-redis"), signal });
    await seedColdStart(redis.url, signal);
    const launchOverheadMs = await measureLaunchOverhead(cpus, folder.log("launch-overhead"), folder.path);
    const broken = new Set<string>();
    for (const id of remaining) {
      const launchable = launchables.get(id);
      if (launchable === undefined || broken.has(id)) continue;
      const settings = { redisUrl: redis.url, workers: plan.topology.service.length, l1MaxBytes: 64 * 1024 * 1024 };
      try {
        const sample = await measureColdStart(launchable, { settings, cpus, logFile: folder.log(`cold-start-${id}`), signal });
        folder.append({ kind: "cold-start", implementation: id, ...sample });
      } catch (error) {
        if (!(error instanceof ServiceFault)) throw error;
        broken.add(id);
        update(`${id}: ${error.message}`);
      }
    }
    return { coldStarts: groupColdStarts(folder, plan), launchOverheadMs };
  });
}

function groupColdStarts(folder: RunFolder, plan: Plan): readonly ColdStart[] {
  const samples = folder.readJournal().flatMap((entry) => (entry.kind === "cold-start" ? [entry] : []));
  return plan.implementations.map(({ id }) => {
    const own = samples.filter(({ implementation }) => implementation === id);
    return { implementation: id, samplesMs: own.map(({ sampleMs }) => sampleMs), pollGapsMs: own.map(({ pollGapMs }) => pollGapMs) };
  });
}

/** The plan of a resumed run must be the one it began with. */
export function refuseChangedPlan(differences: readonly string[], runId: string): void {
  if (differences.length === 0) return;
  throw environmentError(`run ${runId} cannot be resumed: ${differences.join(", ")} changed since it began`, "put back what changed, or start a new run");
}

