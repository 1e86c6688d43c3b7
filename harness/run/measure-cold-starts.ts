/** All cold starts of the plan that are not done yet. */
import { remainingColdStarts } from "../core/plan.ts";
import type { Plan } from "../core/plan-schema.ts";
import type { ColdStart } from "../core/result.ts";
import type { RunFolder } from "../store/run-folder.ts";
import { ServiceFault } from "../targets/readiness.ts";
import { measureColdStart, measureLaunchOverhead, seedColdStart } from "./cold-start.ts";
import type { RunContext } from "./context.ts";
import type { Built } from "./prepare.ts";

/** Cold starts alternate between implementations, on one Redis. */
export async function measureColdStarts(
  { selection, folder, redisSource, progress, signal }: RunContext,
  built: readonly Built[],
): Promise<{ coldStarts: readonly ColdStart[]; launchOverheadMs: number | null }> {
  const { plan } = selection;
  const cpus = plan.topology.pinned ? plan.topology.service : null;
  const before = folder.readJournal().flatMap((entry) => (entry.kind === "cold-start" ? [entry.implementation] : []));
  const launchables = new Map(built.map(({ launchable }) => [launchable.id, launchable]));
  const remaining = remainingColdStarts(plan, before).filter((id) => launchables.has(id));
  return progress.stage(`Starting cold, ${remaining.length} times`, async (update) => {
    await using redis = await redisSource.start({
      cpus: plan.topology.pinned ? plan.topology.redis : null,
      logFile: folder.log("cold-start-redis"),
      signal,
    });
    await seedColdStart(redis.url, signal);
    // An engine's share of a container's start is not to be told apart from the container's.
    const asProcess = (plan.target?.kind ?? "process") === "process";
    const launchOverheadMs = asProcess ? await measureLaunchOverhead(cpus, folder.log("launch-overhead"), folder.path) : null;
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
