/** All trials of the plan that are not done yet, then repeats of void ones; each is on disk before the next begins. */
import { type Ceiling, ceilingKey, findCeiling } from "../core/calibration/ceilings.ts";
import { buildCells } from "../core/cells.ts";
import { remainingTrials } from "../core/plan.ts";
import type { PlannedTrial } from "../core/plan-schema.ts";
import { isPreciseEnough } from "../core/precision.ts";
import { repeatsAllowed, repeatsOf } from "../core/repeats.ts";
import type { Trial } from "../core/result.ts";
import { launchesForInterval } from "../core/statistics.ts";
import type { RunContext } from "./context.ts";
import type { Built } from "./prepare.ts";
import { formatDuration } from "./progress.ts";
import { runTrial } from "./trial.ts";

type Update = (text: string) => void;

interface Work extends RunContext {
  readonly built: readonly Built[];
  readonly ceilings: readonly Ceiling[];
}

/** Those of an earlier part of the run included. */
export async function measureTrials(work: Work): Promise<readonly Trial[]> {
  const {
    built,
    folder,
    progress,
    selection: { plan },
  } = work;
  const trials = folder.readJournal().flatMap((entry) => (entry.kind === "trial" ? [entry.trial] : []));
  const isMeasurable = ({ implementation }: PlannedTrial): boolean => built.some(({ launchable }) => launchable.id === implementation);
  const remaining = (): readonly PlannedTrial[] => remainingTrials(plan, new Set(trials.map(({ id }) => id))).filter(isMeasurable);
  const etaS = (plan.etaS * remaining().length) / plan.trials.length;

  await progress.stage(`Measuring ${remaining().length} trials, about ${formatDuration(etaS)}`, async (update) => {
    const [started, before] = [performance.now(), trials.length];
    for (let left = remaining(); left.length > 0; left = remaining()) {
      const [planned, done] = [left[0] as PlannedTrial, trials.length - before];
      if (startsBlock(planned, trials) && isDone(work, trials)) {
        update(`precise enough after ${planned.block} rounds: ${left.length} trials are left out`);
        return;
      }
      const leftS = done === 0 ? etaS : ((performance.now() - started) / 1000 / done) * left.length;
      update(`trial ${done + 1} of ${done + left.length}, ${describe(planned)}; ${formatDuration(leftS)} left`);
      trials.push(await measure(work, planned, update));
    }
  });
  await repeatVoid(work, trials);
  return trials;
}

/** Adds to the trials. */
async function repeatVoid(work: Work, trials: Trial[]): Promise<void> {
  const { plan } = work.selection;
  const next = (): PlannedTrial | undefined => repeatsOf(plan, trials).find(({ id }) => !trials.some((trial) => trial.id === id));
  if (next() === undefined) return;
  await work.progress.stage(`Repeating void trials, at most ${repeatsAllowed(plan)}`, async (update) => {
    for (let planned = next(); planned !== undefined; planned = next()) {
      update(`repeat ${repeatsOf(plan, trials).findIndex(({ id }) => id === planned?.id) + 1}, ${describe(planned)}`);
      trials.push(await measure(work, planned, update));
    }
  });
}

async function measure(
  { selection: { plan, scenarios }, folder, redisSource, signal, built, ceilings }: Work,
  planned: PlannedTrial,
  update: Update,
): Promise<Trial> {
  const launchable = built.find((one) => one.launchable.id === planned.implementation)?.launchable;
  const scenario = scenarios.find(({ id }) => id === planned.scenario);
  if (launchable === undefined || scenario === undefined)
    throw new Error(`the plan names ${planned.implementation} and ${planned.scenario}, which are not there`);
  const logFile = folder.log(`${planned.id}-${planned.implementation}`);
  const { settings, topology } = plan;
  const ceilingPerS = findCeiling(ceilings, ceilingKey(scenario, settings.engine, settings.connections))?.requestsPerS ?? null;
  const trial = await runTrial({ planned, scenario, settings, topology, launchable, redisSource, ceilingPerS, logFile, signal });
  folder.append({ kind: "trial", trial });
  if (trial.outcome.kind === "failed") update(`${planned.implementation}: ${trial.outcome.reason}`);
  return trial;
}

function startsBlock({ block }: PlannedTrial, trials: readonly Trial[]): boolean {
  return block >= launchesForInterval && !trials.some((trial) => trial.block === block);
}

/** Asked between blocks only, so that all implementations have as many launches. */
function isDone({ selection: { plan, scenarios }, built }: Work, trials: readonly Trial[]): boolean {
  const { precision } = plan.settings;
  if (precision === null) return false;
  const implementations = built.map(({ candidate, status }) => ({ manifest: candidate.implementation.manifest, status }));
  return isPreciseEnough(buildCells({ plan, scenarios, implementations, trials, coldStarts: [], noise: null }), precision);
}

function describe({ block, implementation, scenario }: PlannedTrial): string {
  return `round ${block + 1}: ${implementation}, ${scenario}`;
}
