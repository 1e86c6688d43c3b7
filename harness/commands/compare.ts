/** `cache-bench compare`: two finished runs, cell by cell. */
import { resolve } from "node:path";
import { displayUnit, formatFigure, formatRatioRange } from "../../report/format.ts";
import { printable } from "../../report/printable.ts";
import { wrap } from "../../report/wrap.ts";
import { type CellPair, compareRuns, type FigurePair, methodDifferences, type RunComparison } from "../core/compare-runs.ts";
import { type MetricName, metrics } from "../core/metrics.ts";
import type { Figure } from "../core/result.ts";
import { exitCodes, usageError } from "../errors.ts";
import { findResult } from "../store/run-folder.ts";
import { print, table, terminalStyle } from "./output.ts";

export interface CompareCommandOptions {
  readonly results: string;
  readonly allowDifferentMethod?: true;
  readonly json?: true;
}

/** On the terminal; --json holds every metric. */
const shown: ReadonlySet<MetricName> = new Set([
  "throughput",
  "p50",
  "p99",
  "cpuPerOperation",
  "rssLoad",
  "pssLoad",
  "coldStart",
  "artifact",
]);

export async function compareCommand(options: CompareCommandOptions, [runA = "", runB = ""]: readonly string[]): Promise<number> {
  const a = findResult(runA, resolve(options.results)).result;
  const b = findResult(runB, resolve(options.results)).result;
  const differences = methodDifferences(a, b);
  if (differences.length > 0 && options.allowDifferentMethod !== true) {
    throw usageError(
      `these runs were not measured alike: ${differences.join("; ")}`,
      "measure both with the same options, or say --allow-different-method and read every change with that in mind",
    );
  }
  const comparison = compareRuns(a, b);
  if (comparison.cells.length === 0)
    throw usageError("the runs have no cell in common", "compare runs of the same implementations and scenarios");
  print(options.json ? JSON.stringify({ ...comparison, methodDifferences: differences }, null, 2) : describe(comparison, differences));
  return exitCodes.done;
}

function describe(comparison: RunComparison, differences: readonly string[]): string {
  const width = terminalStyle().columns;
  const reasons: string[] = [];
  const tables = comparison.cells.flatMap((cell) => ["", cellTitle(cell), cellTable(cell, reasons)]);
  const warning = differences.length === 0 ? [] : [`NOT MEASURED ALIKE: ${differences.join("; ")}.`];
  const text = (line: string): readonly string[] => wrap(printable(line), width, "  ");
  return [
    ...text(`A is ${comparison.a}, B is ${comparison.b}. ${summary(comparison)}`),
    ...warning.flatMap(text),
    ...tables,
    "",
    "B / A: ratio of the geometric means, 95 % interval over launches (Welch's t on the logs)",
    ...reasons.flatMap((reason, index) => text(`[${index + 1}] ${reason}`)),
    ...comparison.notes.flatMap((note) => text(`! ${note}`)),
  ].join("\n");
}

function summary({ cells }: RunComparison): string {
  const verdicts = cells.flatMap(({ figures }) => figures.filter(({ metric }) => shown.has(metric))).map(({ verdict }) => verdict.kind);
  const count = (kind: string): number => verdicts.filter((one) => one === kind).length;
  return `Of ${verdicts.length} figures ${count("changed")} changed, ${count("indistinguishable")} are indistinguishable, ${count("inconclusive")} inconclusive.`;
}

function cellTitle({ implementation, scenario, offeredRatePerS }: CellPair): string {
  return printable(`${implementation}, ${scenario}, ${offeredRatePerS} requests/s offered`);
}

/** Adds to `reasons` what is inconclusive for a reason not seen before. */
function cellTable({ figures }: CellPair, reasons: string[]): string {
  const rows = figures
    .filter(({ metric }) => shown.has(metric))
    .map((pair) => [
      `  ${metrics[pair.metric].title}`,
      figureText(pair.metric, pair.a),
      figureText(pair.metric, pair.b),
      displayUnit(pair.metric),
      ...verdictText(pair, reasons),
    ]);
  return table(["", "A", "B", "", "B / A", "verdict"], rows);
}

function figureText(metric: MetricName, figure: Figure): string {
  if (figure.verdict === "void") return "void";
  const { value } = formatFigure(metric, figure.value, figure.interval, figure.verdict === "bounded");
  return figure.verdict === "bounded" ? `>= ${value}` : value;
}

function verdictText({ verdict }: FigurePair, reasons: string[]): readonly [string, string] {
  if (verdict.kind === "changed") return [formatRatioRange(verdict.ratio), verdict.change];
  if (verdict.kind === "indistinguishable") return [formatRatioRange(verdict.ratio), verdict.kind];
  if (!reasons.includes(verdict.reason)) reasons.push(verdict.reason);
  return ["", `inconclusive [${reasons.indexOf(verdict.reason) + 1}]`];
}
