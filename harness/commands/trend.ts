/** `cache-bench trend`: the history of the committed baselines, with the commits at which a figure changed. */
import { resolve } from "node:path";
import { displayUnit, formatFigure } from "../../report/format.ts";
import { printable } from "../../report/printable.ts";
import { wrap } from "../../report/wrap.ts";
import { baselineOf } from "../core/baseline.ts";
import { metrics } from "../core/metrics.ts";
import { type Trend, trendsOf } from "../core/trend.ts";
import { exitCodes, usageError } from "../errors.ts";
import { readBaselines, writeBaseline } from "../store/baselines.ts";
import { showPath } from "../store/json-file.ts";
import { findResult } from "../store/run-folder.ts";
import { print, table, terminalStyle } from "./output.ts";

export interface TrendCommandOptions {
  readonly results: string;
  readonly json?: true;
}

/** Never fails for what it finds: numbers of different days differ by themselves, and a mark is a hint where to look. */
export async function trendCommand({ results, json }: TrendCommandOptions, [run]: readonly string[]): Promise<number> {
  const folder = resolve(results);
  if (run !== undefined) await add(run, folder);
  const trends = trendsOf(readBaselines(folder));
  print(json ? JSON.stringify(trends, null, 2) : describe(trends));
  return exitCodes.done;
}

async function add(run: string, folder: string): Promise<void> {
  const baseline = baselineOf(findResult(run, folder).result);
  if (baseline === null) {
    throw usageError(
      `no commit says what ${run} measured: it was not made in a clone, or one with changes`,
      "commit the changes, and measure in the clone",
    );
  }
  process.stderr.write(`${showPath(await writeBaseline(folder, baseline))}\n`);
}

function describe(trends: readonly Trend[]): string {
  if (trends.length === 0) return "no baselines yet; cache-bench trend RUN adds a run";
  const machines = [...new Set(trends.map(({ machine }) => machine))];
  const tables = machines.flatMap((machine) => [
    machine,
    table(
      ["  implementation", "scenario", "offered/s", "figure", "runs", "newest", "unit", "changes of level"],
      trends.filter((trend) => trend.machine === machine).map(row),
    ),
    "",
  ]);
  const hint =
    "A change of level is where the history before and after differs by more than chance (E-divisive, 1 in 200). It says where to look, not what is at fault; to judge a change of code, measure both versions in one job: cache-bench gate.";
  return [...tables, ...wrap(hint, terminalStyle().columns, "  ")].join("\n");
}

function row({ implementation, scenario, offeredRatePerS, metric, points, changes }: Trend): readonly string[] {
  return [
    `  ${implementation}`,
    scenario,
    String(offeredRatePerS),
    metrics[metric].title,
    String(points.length),
    formatFigure(metric, points.at(-1)?.value ?? 0, null).value,
    displayUnit(metric),
    changes.map(changeText).join(", "),
  ].map(printable);
}

function changeText({ commit, startedAt, ratio }: Trend["changes"][number]): string {
  const share = (ratio - 1) * 100;
  return `${startedAt.slice(0, 10)} ${commit} ${share < 0 ? "−" : "+"}${Math.abs(share).toFixed(1)} %`;
}
