/** `cache-bench gate`: is head slower or bigger than base? Both are measured here, in this job. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { printable } from "../../report/printable.ts";
import { wrap } from "../../report/wrap.ts";
import { buildPlan } from "../core/plan.ts";
import type { Settings } from "../core/plan-schema.ts";
import { presets } from "../core/presets.ts";
import { planTopology } from "../core/topology.ts";
import { exitCodes, usageError } from "../errors.ts";
import { choosePairs } from "../gate/choose.ts";
import { gateFormats } from "../gate/formats.ts";
import { runGateJob } from "../gate/job.ts";
import { buildPair, type BuiltPair, type GateSetup, roundOf } from "../gate/measure.ts";
import { describePower, roundS, roundsWithin } from "../gate/rounds.ts";
import { type GateReport, reasonsOf, roundsText, tableHead, tableRow } from "../gate/show.ts";
import { openVersion, removeOldWorktrees } from "../gate/versions.ts";
import { cacheFolder } from "../paths.ts";
import { endOrphans } from "../processes/orphans.ts";
import { keepAwake } from "../processes/awake.ts";
import { canPin, pinSelf, usableCpus } from "../processes/pinning.ts";
import { resolveRedis } from "../redis/resolve.ts";
import { chooseProgress, formatDuration } from "../run/progress.ts";
import { findScenarios } from "../store/catalogue.ts";
import { takeLock } from "../store/lock.ts";
import { openDockerTarget } from "../targets/docker.ts";
import { processes } from "../targets/processes.ts";
import type { Target } from "../targets/target.ts";
import { checkFormats, writeFiles } from "./files.ts";
import { print, table, terminalStyle } from "./output.ts";

/** To measure one implementation, where no --budget is given. */
const budgetEachS = 15 * 60;

export interface GateCommandOptions {
  readonly base: string;
  readonly head: string;
  readonly implementations?: readonly string[];
  readonly all?: true;
  readonly scenario?: string;
  /** s; by default so much for each implementation. */
  readonly budget?: number;
  readonly strict?: true;
  readonly redis?: string;
  readonly seed: number;
  readonly format?: readonly string[];
  readonly out: string;
  readonly json?: true;
  readonly quiet?: true;
}

export async function gateCommand(options: GateCommandOptions, names: readonly string[], signal: AbortSignal): Promise<number> {
  if (names.length > 0) throw usageError(`unexpected "${names[0]}"`, "versions are named by --base and --head");
  checkFormats(options.format ?? [], Object.keys(gateFormats));
  const { settings, scenario } = methodOf(options);
  using _lock = takeLock("gate");
  await removeOldWorktrees();
  await using base = await openVersion("--base", options.base, options.implementations);
  await using head = await openVersion("--head", options.head, options.implementations);
  await using target = base.isImage || head.isImage ? await openDockerTarget(null) : processes;
  const { pairs, unchanged, alone } = await choosePairs(base, head, { all: options.all === true, names: options.implementations });
  const notes = [
    ...(unchanged.length > 0 ? [`the same source in base and head: ${unchanged.join(", ")}`] : []),
    ...(alone.length > 0 ? [`in one version only, so not compared: ${alone.join(", ")}`] : []),
  ];
  const about = { base: base.label, head: head.label, scenario: scenario.id, notes };
  const rounds =
    pairs.length === 0 ? 0 : roundsWithin(options.budget ?? pairs.length * budgetEachS, pairs.length, roundS(settings, scenario));
  if (rounds === 0) {
    const sentence = "Nothing to measure: no implementation changed between base and head.";
    return await finish(
      { verdict: "pass", sentence, rounds: { planned: 0, measured: 0, confirmation: 0 }, members: [], ...about },
      options,
    );
  }

  const progress = chooseProgress({ quiet: options.quiet === true });
  if (options.quiet !== true) process.stderr.write(`${describePower(pairs.length, rounds)}\n`);
  const ids = pairs.map(({ id }) => id);
  const setup = await prepareSetup(options, target, ids, signal);
  const built = await progress.stage("Building and checking both versions", async (update) => {
    const ready: BuiltPair[] = [];
    for (const pair of pairs) {
      update(pair.id);
      ready.push(await buildPair(pair, setup));
    }
    return ready;
  });
  if (setup.plan.topology.pinned) await pinSelf(setup.plan.topology.orchestrator);
  using _awake = keepAwake();
  const mostS = rounds * pairs.length * roundS(settings, scenario);
  const title = `Measuring at most ${rounds} rounds, ${formatDuration(mostS)}; confirming a regression takes up to as long again`;
  const result = await progress.stage(title, (update) => runGateJob(ids, rounds, roundOf(built, setup, update)));
  return await finish({ ...result, ...about }, options);
}

/** As short as 12,000 requests for p99 and a steady capacity allow: launches say more than longer windows. */
function methodOf({ scenario, seed }: GateCommandOptions): { settings: Settings; scenario: GateSetup["scenario"] } {
  const [chosen] = findScenarios(scenario === undefined ? undefined : [scenario], presets.quick.scenarios);
  if (chosen === undefined) throw new Error("the preset quick has a scenario");
  const settings: Settings = {
    ...presets.quick.settings,
    coldStartRuns: 3,
    closedLoopMs: 3_000,
    preset: "quick",
    engine: "socket",
    seed,
    connections: null,
    precision: null,
  };
  return { settings, scenario: chosen };
}

async function prepareSetup(options: GateCommandOptions, target: Target, ids: readonly string[], signal: AbortSignal): Promise<GateSetup> {
  await endOrphans();
  await target.endOrphans();
  const { settings, scenario } = methodOf(options);
  const plan = buildPlan({
    settings,
    topology: planTopology(usableCpus(), canPin()),
    implementations: ids.map((id) => ({ id, sourceHash: "" })),
    scenarios: [scenario],
  });
  const logs = join(cacheFolder(), "logs", "gate");
  await mkdir(logs, { recursive: true });
  const redisSource = await resolveRedis(options.redis, signal);
  return { plan, scenario, target, redisSource, log: (name) => join(logs, `${name}.log`), signal };
}

async function finish(report: GateReport, { format = [], out, json, strict }: GateCommandOptions): Promise<number> {
  print(json ? JSON.stringify(report, null, 2) : describe(report));
  for (const name of format) await writeFiles(resolve(out), gateFormats[name]?.(report) ?? []);
  if (report.verdict === "regression") return exitCodes.regression;
  return report.verdict === "inconclusive" && strict ? exitCodes.nothingValid : exitCodes.done;
}

function describe(report: GateReport): string {
  const text = (line: string): readonly string[] => wrap(printable(line), terminalStyle().columns, "  ");
  const measured =
    report.members.length === 0 ? [] : ["", table(tableHead, report.members.map(tableRow)), "", ...text(`${roundsText(report)}.`)];
  return [
    ...text(report.sentence),
    ...text(`head ${report.head} against base ${report.base}, scenario ${report.scenario}`),
    ...measured,
    ...reasonsOf(report).flatMap((reason) => text(`! ${reason}`)),
    ...report.notes.flatMap((note) => text(`! ${note}`)),
  ].join("\n");
}
