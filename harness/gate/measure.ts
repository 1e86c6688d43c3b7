/** Building both versions and measuring one round of them: base twice and head once, in random order, each a fresh launch. */
import { buildCells } from "../core/cells.ts";
import { type GatedMetric, type Launches, partOf } from "../core/gate/family.ts";
import { shuffled } from "../core/plan.ts";
import type { Plan } from "../core/plan-schema.ts";
import type { ColdStart, Trial } from "../core/result.ts";
import type { Scenario } from "../core/scenario.ts";
import { seededRandom } from "../core/workload/random.ts";
import { environmentError, exitCodes, UserError } from "../errors.ts";
import type { RedisSource } from "../redis/source.ts";
import { measureColdStart, seedColdStart } from "../run/cold-start.ts";
import { type Built, buildCandidate, checkConformance, findCandidate, nonconforming } from "../run/prepare.ts";
import { runTrial } from "../run/trial.ts";
import type { Implementation } from "../store/catalogue.ts";
import { ServiceFault } from "../targets/readiness.ts";
import type { Target } from "../targets/target.ts";
import type { Pair } from "./choose.ts";
import type { MeasureRound } from "./job.ts";

export interface GateSetup {
  readonly plan: Plan;
  readonly scenario: Scenario;
  readonly target: Target;
  readonly redisSource: RedisSource;
  readonly log: (name: string) => string;
  readonly signal: AbortSignal;
}

export interface BuiltPair {
  readonly id: string;
  readonly base: Built;
  readonly head: Built;
}

/** Throws a UserError: no toolchain (5); does not build, or the head is not correct (6). */
export async function buildPair({ id, base, head }: Pair, setup: GateSetup): Promise<BuiltPair> {
  const built = { id, base: await buildVersion("base", base, setup), head: await buildVersion("head", head, setup) };
  const checks = await checkConformance(built.head, setup.redisSource, { logFile: setup.log(`check-${id}`), signal: setup.signal });
  const failed = "kind" in checks ? checks : nonconforming(id, checks);
  if (failed !== null) throw new UserError(exitCodes.implementation, `${id} of head: ${failed.reason}`, failed.cure);
  return built;
}

async function buildVersion(version: "base" | "head", implementation: Implementation, { target, log, signal }: GateSetup): Promise<Built> {
  const { id } = implementation.manifest;
  const found = await findCandidate(implementation, target);
  if (found.kind === "skipped")
    throw environmentError(`${id} of ${version} cannot be built here: ${found.status.reason}`, found.status.cure);
  const built = await buildCandidate(found.candidate, { logFile: log(`build-${id}-${version}`), signal });
  if ("launchable" in built) return built;
  throw new UserError(exitCodes.implementation, `${version}: ${built.reason}`, built.cure);
}

const versions = ["a1", "a2", "b"] as const;

/** One launch of one version. */
interface GateLaunch {
  readonly built: Built;
  /** As in "go-production of head". */
  readonly who: string;
  /** Of its log. */
  readonly name: string;
}

/**
 * The order is drawn anew in each round, of the implementations and of each one's versions. These follow one another: what disturbs a
 * machine stays for a while, and what is compared should meet the same.
 */
export function roundOf(pairs: readonly BuiltPair[], setup: GateSetup, update: (text: string) => void): MeasureRound {
  const random = seededRandom(setup.plan.settings.seed, "gate rounds");
  return async (open, { phase, number, of }) => {
    const launches = shuffled(pairs, random).flatMap((pair) => {
      const wanted = open.filter(({ implementation }) => implementation === pair.id).map(({ metric }) => metric);
      return wanted.length === 0 ? [] : shuffled(versions, random).map((version) => ({ pair, version, wanted }));
    });
    const figures = new Map<string, Partial<Launches>>();
    for (const { pair, version, wanted } of launches) {
      const side = version === "b" ? "head" : "base";
      update(`${phase === "first" ? "round" : "confirming, round"} ${number} of at most ${of}: ${pair.id}, ${side}`);
      const launch = { built: pair[side], who: `${pair.id} of ${side}`, name: `${phase}-${number}-${pair.id}-${version}` };
      figures.set(pair.id, { ...figures.get(pair.id), [version]: await measureLaunch(launch, wanted, setup) });
    }
    return figures as Map<string, Launches>;
  };
}

/** One trial, some cold starts or both, as the figures wanted need. Throws a UserError (exit code 6) when the service does not stay up. */
async function measureLaunch(launch: GateLaunch, wanted: readonly GatedMetric[], setup: GateSetup): Promise<Launches["b"]> {
  const { plan, scenario } = setup;
  const { candidate, status } = launch.built;
  const parts = new Set(wanted.map((metric) => partOf[metric]));
  const underLoad = parts.has("open-loop") || parts.has("closed-loop");
  const [cell] = buildCells({
    plan,
    scenarios: [scenario],
    implementations: [{ manifest: candidate.implementation.manifest, status }],
    trials: underLoad ? [await load(launch, parts.has("open-loop"), setup)] : [],
    coldStarts: parts.has("cold-start") ? [await startCold(launch, setup)] : [],
    // Base against base in the same job says more.
    noise: null,
  });
  if (cell === undefined) throw new Error("a measured launch has a cell");
  return Object.fromEntries(wanted.map((metric) => [metric, cell.figures[metric]]));
}

async function load({ built, who, name }: GateLaunch, withOpenLoop: boolean, setup: GateSetup): Promise<Trial> {
  const { plan, redisSource, log, signal } = setup;
  const { settings, topology } = plan;
  const scenario = withOpenLoop ? setup.scenario : { ...setup.scenario, openLoop: { offeredRatesPerS: [] } };
  const planned = { id: name, block: 0, implementation: built.launchable.id, scenario: scenario.id };
  const trial: Trial = await runTrial({
    planned,
    scenario,
    settings,
    topology,
    launchable: built.launchable,
    redisSource,
    // Both versions meet the same generator: a bound would only hide a regression.
    ceilingPerS: null,
    logFile: log(name),
    signal,
  });
  if (trial.outcome.kind === "failed") throw notUp(who, trial.outcome.reason, trial.outcome.logTail);
  return trial;
}

async function startCold({ built, who, name }: GateLaunch, { plan, redisSource, log, signal }: GateSetup): Promise<ColdStart> {
  const { settings, topology } = plan;
  const { launchable } = built;
  const logFile = log(name);
  const cpus = (wanted: readonly number[]): readonly number[] | null => (topology.pinned ? wanted : null);
  await using redis = await redisSource.start({ cpus: cpus(topology.redis), logFile: `${logFile}.redis`, signal });
  await seedColdStart(redis.url, signal);
  const launch = {
    settings: { redisUrl: redis.url, workers: topology.service.length, l1MaxBytes: 64 * 1024 * 1024 },
    cpus: cpus(topology.service),
    logFile,
    signal,
  };
  const [samplesMs, pollGapsMs]: [number[], number[]] = [[], []];
  try {
    while (samplesMs.length < settings.coldStartRuns) {
      const { sampleMs, pollGapMs } = await measureColdStart(launchable, launch);
      samplesMs.push(sampleMs);
      pollGapsMs.push(pollGapMs);
    }
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    throw notUp(who, error.message, error.logTail);
  }
  return { implementation: launchable.id, samplesMs, pollGapsMs };
}

function notUp(who: string, reason: string, logTail: readonly string[]): UserError {
  return new UserError(
    exitCodes.implementation,
    `${who} ${reason}${logTail.length === 0 ? "" : `\n${logTail.join("\n")}`}`,
    "mend what the service's log names",
  );
}
