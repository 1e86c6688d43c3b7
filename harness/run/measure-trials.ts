/** All trials of the plan that are not done yet; each is on disk before the next begins. */
import { type Ceiling, ceilingKey, findCeiling } from "../core/calibration/ceilings.ts";
import { remainingTrials } from "../core/plan.ts";
import type { Trial } from "../core/result.ts";
import type { RunContext } from "./context.ts";
import type { Built } from "./prepare.ts";
import { formatDuration } from "./progress.ts";
import { runTrial } from "./trial.ts";

/** Those of an earlier part of the run included. */
export async function measureTrials(
  { selection, folder, redisSource, progress, signal }: RunContext,
  built: readonly Built[],
  ceilings: readonly Ceiling[],
): Promise<readonly Trial[]> {
  const { plan, scenarios } = selection;
  const finished = folder.readJournal().flatMap((entry) => (entry.kind === "trial" ? [entry.trial] : []));
  const trials = [...finished];
  const launchables = new Map(built.map(({ launchable }) => [launchable.id, launchable]));
  const remaining = remainingTrials(plan, new Set(finished.map(({ id }) => id))).filter(({ implementation }) =>
    launchables.has(implementation),
  );
  const etaS = (plan.etaS * remaining.length) / plan.trials.length;
  await progress.stage(`Measuring ${remaining.length} trials, about ${formatDuration(etaS)}`, async (update) => {
    const started = performance.now();
    for (const [index, planned] of remaining.entries()) {
      const launchable = launchables.get(planned.implementation);
      const scenario = scenarios.find(({ id }) => id === planned.scenario);
      if (launchable === undefined || scenario === undefined)
        throw new Error(`the plan names ${planned.implementation} and ${planned.scenario}, which are not there`);
      const left = index === 0 ? etaS : ((performance.now() - started) / 1000 / index) * (remaining.length - index);
      update(
        `trial ${index + 1} of ${remaining.length}, round ${planned.block + 1}: ${planned.implementation}, ${planned.scenario}; ${formatDuration(left)} left`,
      );
      const logFile = folder.log(`${planned.id}-${planned.implementation}`);
      const trial = await runTrial({
        planned,
        scenario,
        settings: plan.settings,
        topology: plan.topology,
        launchable,
        redisSource,
        ceilingPerS: findCeiling(ceilings, ceilingKey(scenario, plan.settings.engine, plan.settings.connections))?.requestsPerS ?? null,
        logFile,
        signal,
      });
      folder.append({ kind: "trial", trial });
      trials.push(trial);
      if (trial.outcome.kind === "failed") update(`${planned.implementation}: ${trial.outcome.reason}`);
    }
  });
  return trials;
}
