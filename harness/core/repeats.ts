/**
 * Void trials are measured again, in fresh blocks after all others: a trial that is void by bad luck costs no launch, and one
 * that is void for a reason shows it again. What is void stays in the result and is never averaged in; a bounded trial is
 * not repeated, it would be bounded again, nor is one whose service failed, which is a finding.
 */
import { shuffled } from "./plan.ts";
import type { Plan, PlannedTrial } from "./plan-schema.ts";
import type { Trial } from "./result.ts";
import { seededRandom } from "./workload/random.ts";

/** Trials that may be repeated in a run, at most: its share, rounded up, so that a run of one trial has a second chance too. */
export function repeatsAllowed({ settings, trials }: Pick<Plan, "settings" | "trials">): number {
  return Math.ceil(settings.repeatBudget * trials.length);
}

/**
 * All repeats so far, done or not. They follow from the trials that are finished, so that a resumed run goes on where it was:
 * each block repeats what was void in the one before it (the first: in all that was planned), as far as the budget goes.
 */
export function repeatsOf(plan: Plan, finished: readonly Trial[]): readonly PlannedTrial[] {
  const byId = new Map(finished.map((trial) => [trial.id, trial]));
  const repeats: PlannedTrial[] = [];
  let before: readonly PlannedTrial[] = plan.trials;
  for (let attempt = 1; ; attempt++) {
    const random = seededRandom(plan.settings.seed, `repeats ${attempt}`);
    const block = shuffled(
      before.filter(({ id }) => isVoid(byId.get(id))),
      random,
    )
      .slice(0, repeatsAllowed(plan) - repeats.length)
      .map((trial) => ({ ...trial, id: `${trial.id.split("-")[0]}-${attempt + 1}`, block: plan.settings.rounds + attempt - 1 }));
    repeats.push(...block);
    if (block.length === 0 || block.some(({ id }) => !byId.has(id))) return repeats;
    before = block;
  }
}

/**
 * Load points at rates of the service's own are left out: that it does not keep 90 % of a capacity just measured is a result.
 */
export function isVoid(trial: Pick<Trial, "outcome"> | undefined): boolean {
  if (trial?.outcome.kind !== "measured") return false;
  const { findings, loadPoints } = trial.outcome;
  return findings.some(({ severity, loadPoint }) => {
    const point = loadPoint === null ? undefined : loadPoints[loadPoint]?.load.point;
    return severity === "void" && !(point?.kind === "open-loop" && point.from !== undefined);
  });
}
