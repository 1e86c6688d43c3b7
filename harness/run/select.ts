/** What a run will measure: implementations whose toolchain is here, scenarios, and the plan. Nothing is built. */
import type { Manifest } from "../core/implementation.ts";
import { buildPlan } from "../core/plan.ts";
import type { Plan, Settings } from "../core/plan-schema.ts";
import { presets } from "../core/presets.ts";
import type { Scenario } from "../core/scenario.ts";
import { planTopology } from "../core/topology.ts";
import { environmentError } from "../errors.ts";
import { canPin, usableCpus } from "../processes/pinning.ts";
import { findImplementations, findScenarios } from "../store/catalogue.ts";
import { type Candidate, findCandidate, type Found } from "./prepare.ts";

export interface Selection {
  /** In the order they were asked for. */
  readonly found: readonly Found[];
  readonly candidates: readonly Candidate[];
  readonly scenarios: readonly Scenario[];
  readonly plan: Plan;
}

/** Throws a UserError: unknown names (2), no toolchain at all (5). */
export async function select(
  settings: Settings,
  implementations: readonly string[] | undefined,
  scenarioNames: readonly string[] | undefined,
): Promise<Selection> {
  const preset = presets[settings.preset];
  const scenarios = findScenarios(scenarioNames, preset.scenarios);
  const takes = (wanted: "all" | readonly string[], value: string): boolean => wanted === "all" || wanted.includes(value);
  const byDefault = ({ variant, language }: Manifest): boolean => takes(preset.variants, variant) && takes(preset.languages, language);
  const chosen = findImplementations(implementations, byDefault);
  const found = await Promise.all(chosen.map(findCandidate));
  const candidates = found.flatMap((one) => (one.kind === "candidate" ? [one.candidate] : []));
  if (candidates.length === 0) {
    const reasons = found.flatMap((one) => (one.kind === "skipped" ? [`${one.implementation.manifest.id}: ${one.status.reason}`] : []));
    const cures = found.flatMap((one) => (one.kind === "skipped" ? [one.status.cure] : []));
    throw environmentError(`nothing can be built here: ${reasons.join("; ")}`, [...new Set(cures)].join("; "));
  }
  const plan = buildPlan({
    settings,
    topology: planTopology(usableCpus(), canPin()),
    implementations: candidates.map(({ implementation, sourceHash }) => ({ id: implementation.manifest.id, sourceHash })),
    scenarios,
  });
  return { found, candidates, scenarios, plan };
}
