/** `cache-bench run` */
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { closest } from "fastest-levenshtein";
import { renderTerminal } from "../../report/terminal.ts";
import { buildReport } from "../../report/model.ts";
import { renderHtml } from "../../report/html/html.ts";
import { planDifferences } from "../core/plan.ts";
import type { Plan, Settings } from "../core/plan-schema.ts";
import { instances, type Profile } from "../core/instances.ts";
import { presets, roundsForPrecision } from "../core/presets.ts";
import type { Result } from "../core/result.ts";
import { environmentError, exitCodes, Interrupted, usageError } from "../errors.ts";
import { resolveRedis } from "../redis/resolve.ts";
import { chooseProgress, formatDuration } from "../run/progress.ts";
import { run } from "../run/run.ts";
import { chooseImplementations, select } from "../run/select.ts";
import { showPath } from "../store/json-file.ts";
import { takeLock } from "../store/lock.ts";
import { RunFolder } from "../store/run-folder.ts";
import { resolveTarget } from "../targets/resolve.ts";
import { print, terminalStyle } from "./output.ts";

export interface RunCommandOptions {
  readonly implementations?: readonly string[];
  readonly scenarios?: readonly string[];
  readonly preset: Settings["preset"];
  readonly engine: Settings["engine"];
  readonly target?: string;
  readonly instance?: string;
  readonly redis?: string;
  readonly seed: number;
  readonly rounds?: number;
  readonly duration?: number;
  readonly connections?: number;
  readonly precision?: number;
  readonly allowNonconforming?: true;
  readonly out: string;
  readonly resume?: string;
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
}

export async function runCommand(options: RunCommandOptions, names: readonly string[], signal: AbortSignal): Promise<number> {
  if (names.length > 0)
    throw usageError(`unexpected "${names[0]}"`, "implementations are named by --implementations, scenarios by --scenarios");
  const resultsFolder = resolve(options.out);
  const resumed = options.resume === undefined ? null : RunFolder.open(resultsFolder, options.resume);
  const before = resumed?.readPlan();
  const settings = before?.settings ?? settingsOf(options);
  const implementations = chooseImplementations(settings, options.implementations ?? ids(before));
  const profile = findProfile(options.instance ?? before?.target?.instance ?? undefined);
  await using target = await resolveTarget({
    choice: options.target ?? targetBefore(before),
    profile,
    implementations,
    redisFromTarget: options.redis === undefined,
    warn: (sentence) => process.stderr.write(`NOTE: ${sentence}\n`),
    signal,
  });
  const selection = await select({ settings, scenarioNames: options.scenarios ?? before?.scenarios, implementations, target, profile });
  const { plan } = selection;
  if (before !== undefined) refuseChangedPlan(planDifferences(before, plan), options.resume ?? "");
  if (options.dryRun) {
    print(options.json ? JSON.stringify(plan, null, 2) : describePlan(plan));
    return exitCodes.done;
  }

  const runId = resumed?.runId ?? newRunId(new Date());
  using _lock = takeLock(`run ${runId}`);
  const redisSource = (options.redis === undefined ? target.redisSource : null) ?? (await resolveRedis(options.redis, signal));
  const folder = resumed ?? RunFolder.create(resultsFolder, runId);
  if (resumed === null) await folder.writePlan(plan);
  try {
    const progress = chooseProgress({ quiet: options.quiet === true });
    const result = await run({
      selection,
      target,
      folder,
      redisSource,
      allowNonconforming: options.allowNonconforming === true,
      progress,
      signal,
    });
    const model = buildReport(result);
    await folder.writeText("report.html", await renderHtml(model));
    print(options.json ? JSON.stringify(result) : renderTerminal(model, terminalStyle()));
    process.stderr.write(`${showPath(folder.path)}: report.html, result.json, trials.jsonl, logs\n`);
    return exitCodeOf(result);
  } catch (error) {
    if (error instanceof Interrupted)
      process.stderr.write(
        `finished trials are kept; go on with: cache-bench run --resume ${runId}${options.out === "results" ? "" : ` --out ${options.out}`}\n`,
      );
    throw error;
  }
}

function findProfile(name: string | undefined): Profile | null {
  if (name === undefined) return null;
  const found = instances.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  throw usageError(
    `--instance ${name}: there is no such profile`,
    `did you mean ${closest(
      name,
      instances.map((profile) => profile.name),
    )}? cache-bench list instances names them all`,
  );
}

/** A resumed run goes on where it ran; the address of another machine is no part of a plan. */
function targetBefore(plan: Plan | undefined): string | undefined {
  if (plan === undefined) return undefined;
  if (plan.target?.kind === "ssh")
    throw usageError("this run measured on another machine, and its address is not kept", "name it again: --target ssh://user@host");
  return plan.target?.kind ?? "process";
}

function ids(plan: Plan | undefined): readonly string[] | undefined {
  return plan?.implementations.map(({ id }) => id);
}

function settingsOf({ preset, engine, seed, rounds, duration, connections, precision }: RunCommandOptions): Settings {
  const { settings } = presets[preset];
  return {
    ...settings,
    ...(precision === undefined ? {} : { rounds: roundsForPrecision }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(duration === undefined ? {} : { openLoopMs: duration * 1000, closedLoopMs: duration * 1000 }),
    preset,
    engine,
    seed,
    connections: connections ?? null,
    precision: precision ?? null,
  };
}

/** Sorts by time, says nothing of the machine. */
function newRunId(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}-${randomBytes(2).toString("hex")}`;
}

/** An implementation that failed comes before nothing valid: it is the cause that can be mended. */
export function exitCodeOf(result: Result): number {
  if (result.implementations.some(({ status }) => status.kind === "failed")) return exitCodes.implementation;
  if (result.trials.some(({ outcome }) => outcome.kind === "failed")) return exitCodes.implementation;
  const anything = result.cells.some(({ figures }) =>
    ["throughput", "p99", "cpuPerOperation"].some((name) => figures[name as "p99"].verdict !== "void"),
  );
  return anything ? exitCodes.done : exitCodes.nothingValid;
}

function describePlan({ settings, topology, target, implementations, scenarios, trials, coldStarts, etaS, methodHash }: Plan): string {
  const load = `warm-up ${settings.warmUpMs / 1000} s, open loop ${settings.openLoopMs / 1000} s at each offered rate, closed loop ${settings.closedLoopMs / 1000} s, ${settings.engine} engine, seed ${settings.seed}`;
  const rounds = Array.from({ length: settings.rounds }, (_, block) => {
    const order = trials
      .filter((trial) => trial.block === block)
      .map(({ implementation, scenario }) => (scenarios.length > 1 ? `${implementation}/${scenario}` : implementation));
    return `  round ${String(block + 1).padStart(String(settings.rounds).length)}  ${order.join(", ")}`;
  });
  return [
    `preset           ${settings.preset}: ${settings.rounds} launches of each service in each scenario`,
    `implementations  ${implementations.map(({ id }) => id).join(", ")}`,
    `scenarios        ${scenarios.join(", ")}`,
    `each trial       ${load}`,
    ...(target === undefined ? [] : [`target           ${target.sentence}`]),
    ...(target?.instance ? [`instance         ${target.emulation ?? target.instance}`] : []),
    `topology         ${topology.sentence}${topology.pinned ? "" : " (nothing can be pinned here: no taskset)"}`,
    `cold starts      ${coldStarts.length}`,
    `method           ${methodHash.slice(0, 12)}`,
    `time             about ${formatDuration(etaS)}, without builds`,
    `trials           ${trials.length}, in this order`,
    ...rounds,
  ].join("\n");
}

/** The plan of a resumed run must be the one it began with. */
function refuseChangedPlan(differences: readonly string[], runId: string): void {
  if (differences.length === 0) return;
  throw environmentError(
    `run ${runId} cannot be resumed: ${differences.join(", ")} changed since it began`,
    "put back what changed, or start a new run",
  );
}
