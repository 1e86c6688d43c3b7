/** How many rounds fit into the time allowed, and what they can find: told before the first. */
import { minimalEffects, gatedMetrics } from "../core/gate/family.ts";
import { defaultRounds, fewestRounds } from "../core/gate/looks.ts";
import { smallestFound } from "../core/gate/power.ts";
import { trialS } from "../core/plan.ts";
import type { Settings } from "../core/plan-schema.ts";
import type { Scenario } from "../core/scenario.ts";
import { usageError } from "../errors.ts";
import { formatDuration } from "../run/progress.ts";

/** A cold start with its stop, s: seen 0.05 (Rust) to 0.8 (Python). */
const coldStartS = 0.5;

/** Wall time of a round of one implementation, s. */
export function roundS(settings: Settings, scenario: Scenario): number {
  return 3 * (trialS(settings, scenario) + settings.coldStartRuns * coldStartS);
}

/** Throws a UserError (2) when so few rounds fit that they could never find anything. */
export function roundsWithin(budgetS: number, implementations: number, oneRoundS: number): number {
  const fewest = fewestRounds(implementations * gatedMetrics.length);
  const fit = Math.floor(budgetS / (implementations * oneRoundS));
  if (fit >= fewest) return Math.min(fit, Math.max(defaultRounds, fewest));
  const needed = Math.ceil((fewest * implementations * oneRoundS) / 60);
  throw usageError(
    `${formatDuration(budgetS)} is enough for ${fit} rounds of ${implementations === 1 ? "one implementation" : `${implementations} implementations`}, but with fewer than ${fewest} no regression can be found`,
    `say --budget ${needed}m, or name fewer with --implementations`,
  );
}

/** What these rounds can find, for three kinds of machine. */
export function describePower(implementations: number, rounds: number): string {
  const members = implementations * gatedMetrics.length;
  const effects = [...new Set(Object.values(minimalEffects))].toSorted((a, b) => a - b);
  const lines = effects.map((minimalEffect) => {
    const names = gatedMetrics.filter((metric) => minimalEffects[metric] === minimalEffect).join(", ");
    const found = [0.02, 0.05, 0.1].map((spread) => smallestFound({ members, rounds, minimalEffect, spread }));
    if (found.some((share) => share === null))
      return `  ${names}: no promise; one disturbed launch hides any slowdown, since no round is to spare`;
    return `  ${names}: ${found.map((share) => `${Math.ceil((share ?? 0) * 100)} %`).join(", ")}`;
  });
  return [`${rounds} rounds find in 9 of 10 jobs, where launches spread by 2, 5 and 10 %, a slowdown of at least`, ...lines].join("\n");
}
