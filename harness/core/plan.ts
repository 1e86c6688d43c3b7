/** The plan, built purely from scenarios, implementations, settings and topology. */
import { createHash } from "node:crypto";
import { searchDurationMs, searchStepsAtMost } from "./objective-search.ts";
import type { Plan, PlannedTrial, Settings, Topology } from "./plan-schema.ts";
import type { Scenario } from "./scenario.ts";
import type { TargetDescription } from "./target.ts";
import { type Random, seededRandom } from "./workload/random.ts";

/** Raised by hand when the generator, the gates or the statistics change what a number means. */
export const methodVersion = 7;

/** Start of Redis and of the service, streams, connecting and stopping, s: seen 2-4 s a trial on 2 cores. */
const trialOverheadS = 3;
/** Keys of the data set written to Redis a second, about. */
const keysLoadedPerS = 100_000;
/** A cold start with its stop, s: seen 0.05 (Rust) to 0.8 (Python). */
const coldStartS = 0.5;

export interface PlanInput {
  readonly settings: Settings;
  readonly topology: Topology;
  readonly target?: TargetDescription;
  readonly implementations: readonly { readonly id: string; readonly sourceHash: string }[];
  readonly scenarios: readonly Scenario[];
}

/** Trials in interleaved blocks: each block holds every implementation x scenario once, shuffled by the seed. */
export function buildPlan({ settings, topology, target, implementations, scenarios }: PlanInput): Plan {
  const random = seededRandom(settings.seed, "blocks");
  const ids = implementations.map(({ id }) => id);
  const pairs = scenarios.flatMap((scenario) => ids.map((implementation) => ({ implementation, scenario: scenario.id })));
  const blocks = Array.from({ length: settings.rounds }, () => shuffled(pairs, random));
  const trials: PlannedTrial[] = blocks
    .flatMap((pairsOfBlock, block) => pairsOfBlock.map((pair) => ({ block, ...pair })))
    .map((trial, index) => ({ id: `t${String(index + 1).padStart(4, "0")}`, ...trial }));
  const coldStarts = Array.from({ length: settings.coldStartRuns }, () => shuffled(ids, random)).flat();
  return {
    settings,
    topology,
    ...(target === undefined ? {} : { target }),
    implementations: implementations.map(({ id, sourceHash }) => ({ id, sourceHash })),
    scenarios: scenarios.map(({ id }) => id),
    methodHash: methodHash(settings, scenarios),
    trials,
    coldStarts,
    etaS:
      blocks.length * scenarios.reduce((sum, scenario) => sum + ids.length * trialS(settings, scenario), 0) +
      coldStarts.length * coldStartS,
  };
}

/** Wall time of one trial, s. */
export function trialS(settings: Settings, scenario: Scenario): number {
  const openS = scenario.openLoop.offeredRatesPerS.length * (settings.leadInMs + openLoopMs(scenario, settings));
  return (
    trialOverheadS +
    keyCount(scenario, settings) / keysLoadedPerS +
    relativeS(settings, scenario) +
    (settings.warmUpMs + openS + settings.leadInMs + settings.closedLoopMs) / 1000
  );
}

/** Seen after Redis is back: services that reconnect step by step need a while. */
const afterRedisPauseMs = 4_000;

/** Where Redis is paused, the window must hold the time before it, the pause and the recovery. */
export function openLoopMs({ redisPause }: Scenario, settings: Pick<Settings, "openLoopMs">): number {
  if (redisPause === undefined) return settings.openLoopMs;
  return Math.max(settings.openLoopMs, redisPause.afterMs + redisPause.durationMs + afterRedisPauseMs);
}

/** Shares of the capacity, and the search at its longest with its shortest steps: most are at rates that need no more. */
function relativeS({ capacityShares, searchObjective, leadInMs, openLoopMs }: Settings, { objective }: Scenario): number {
  if (objective === undefined) return 0;
  const searchMs = searchObjective ? searchStepsAtMost * (leadInMs + searchDurationMs(1e6)) : 0;
  return (capacityShares.length * (leadInMs + openLoopMs) + searchMs) / 1000;
}

/** The keys of the data set; the preset quick may use fewer. */
export function keyCount(scenario: Scenario, settings: Pick<Settings, "preset">): number {
  return (settings.preset === "quick" ? scenario.keys.quickCount : undefined) ?? scenario.keys.count;
}

/** Two results may be compared when scenarios, settings (but for the seed) and method version are the same. */
export function methodHash(settings: Settings, scenarios: readonly Scenario[]): string {
  const { seed: _seed, ...method } = settings;
  return createHash("sha256")
    .update(JSON.stringify(sortKeys({ methodVersion, method, scenarios })))
    .digest("hex");
}

/** Fisher-Yates, on a copy. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random.unit() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

/** The trials still to do when a run is resumed. */
export function remainingTrials(plan: Plan, finished: ReadonlySet<string>): readonly PlannedTrial[] {
  return plan.trials.filter((trial) => !finished.has(trial.id));
}

/** The cold starts still to do, in the plan's order. */
export function remainingColdStarts(plan: Plan, finished: readonly string[]): readonly string[] {
  const done = new Map<string, number>();
  for (const id of finished) done.set(id, (done.get(id) ?? 0) + 1);
  return plan.coldStarts.filter((id) => {
    const left = done.get(id) ?? 0;
    done.set(id, left - 1);
    return left <= 0;
  });
}

/** Names of the parts in which two plans differ; empty when one can be resumed by the other. */
export function planDifferences(before: Plan, now: Plan): readonly string[] {
  return (Object.keys(before) as (keyof Plan)[]).filter(
    (part) => JSON.stringify(sortKeys(before[part])) !== JSON.stringify(sortKeys(now[part])),
  );
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sortKeys(part)]),
  );
}
