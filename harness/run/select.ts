/** What a run will measure: implementations whose toolchain is here, scenarios, and the plan. Nothing is built. */
import type { Manifest } from "../core/implementation.ts";
import { emulationOf, type Profile } from "../core/instances.ts";
import { buildPlan } from "../core/plan.ts";
import type { Plan, Settings } from "../core/plan-schema.ts";
import { presets } from "../core/presets.ts";
import type { Scenario } from "../core/scenario.ts";
import type { TargetDescription } from "../core/target.ts";
import { planRemoteTopology, planTopology } from "../core/topology.ts";
import { environmentError, usageError } from "../errors.ts";
import { canPin, usableCpus } from "../processes/pinning.ts";
import { findImplementations, findScenarios, type Implementation } from "../store/catalogue.ts";
import type { Target } from "../targets/target.ts";
import { type Candidate, findCandidate, type Found } from "./prepare.ts";

export interface Selection {
  /** In the order they were asked for. */
  readonly found: readonly Found[];
  readonly candidates: readonly Candidate[];
  readonly scenarios: readonly Scenario[];
  readonly plan: Plan;
}

export interface Choices {
  readonly settings: Settings;
  readonly scenarioNames: readonly string[] | undefined;
  readonly implementations: readonly Implementation[];
  readonly target: Target;
  readonly profile: Profile | null;
}

/** Those of these names, or of the preset. */
export function chooseImplementations(
  { preset }: Pick<Settings, "preset">,
  names: readonly string[] | undefined,
): readonly Implementation[] {
  const { variants, languages } = presets[preset];
  const takes = (wanted: "all" | readonly string[], value: string): boolean => wanted === "all" || wanted.includes(value);
  return findImplementations(names, ({ variant, language }: Manifest) => takes(variants, variant) && takes(languages, language));
}

/** Throws a UserError: unknown names (2), no toolchain at all (5). */
export async function select({ settings, scenarioNames, implementations, target, profile }: Choices): Promise<Selection> {
  const scenarios = chooseScenarios(settings, scenarioNames, target);
  const found = await Promise.all(implementations.map((implementation) => findCandidate(implementation, target)));
  const candidates = found.flatMap((one) => (one.kind === "candidate" ? [one.candidate] : []));
  if (candidates.length === 0) {
    const reasons = found.flatMap((one) => (one.kind === "skipped" ? [`${one.implementation.manifest.id}: ${one.status.reason}`] : []));
    const cures = found.flatMap((one) => (one.kind === "skipped" ? [one.status.cure] : []));
    throw environmentError(`nothing can be built here: ${reasons.join("; ")}`, [...new Set(cures)].join("; "));
  }
  const topology =
    target.elsewhere === null
      ? planTopology(usableCpus(), canPin(), profile?.vcpus)
      : planRemoteTopology(target.elsewhere.cpuCount, usableCpus(), canPin(), profile?.vcpus);
  const plan = buildPlan({
    settings,
    topology,
    target: profile === null ? target.description : asInstance(target, profile, topology.service.length),
    implementations: candidates.map(({ implementation, sourceHash }) => ({ id: implementation.manifest.id, sourceHash })),
    scenarios,
  });
  return { found, candidates, scenarios, plan };
}

/** The process that holds Redis's replies back runs here; a service on another machine could not reach it. */
function chooseScenarios({ preset }: Settings, names: readonly string[] | undefined, { elsewhere }: Target): readonly Scenario[] {
  const scenarios = findScenarios(names, presets[preset].scenarios);
  const possible = scenarios.filter(({ redisDelayMs }) => elsewhere === null || redisDelayMs === undefined);
  const impossible = scenarios.find((scenario) => !possible.includes(scenario));
  if (names !== undefined && impossible !== undefined)
    throw usageError(
      `the scenario ${impossible.id} holds Redis's replies back on this machine, where a service on another does not ask`,
      "leave it out of --scenarios, or use --target docker or process",
    );
  return possible;
}

function asInstance({ description, host }: Target, profile: Profile, cpuCount: number): TargetDescription {
  const memoryIsLimited = description.memoryLimitBytes === profile.memoryBytes;
  return { ...description, instance: profile.name, emulation: emulationOf(profile, host, cpuCount, memoryIsLimited) };
}
