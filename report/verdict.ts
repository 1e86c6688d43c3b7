/** The verdict: one or two sentences made from the numbers, never stronger than they allow. */
import { metrics, type MetricName } from "../harness/core/metrics.ts";
import { launchesForInterval } from "../harness/core/statistics.ts";
import { formatRatioRange, groupThousands } from "./format.ts";
import { judgedRows } from "./judged.ts";
import type { CellView, Comparison, Row, Table } from "./model-types.ts";
import { asSentence, list } from "./names.ts";

export const nothingValid = "Nothing valid was measured: this run supports no statement about any language.";

/** Of the first scenario. */
export function verdictOf(tables: readonly Table[]): string {
  const table = tables[0];
  if (!table) return nothingValid;
  const rows = judgedRows(table);
  const usable = rows.filter((row) => headline.some((metric) => row.cells[metric].raw !== null));
  const [only] = usable;
  if (!only) return nothingValid;
  if (usable.length === 1) return single(only, table);
  const valid = rows.flatMap((row) => headline.map((metric) => row.cells[metric])).filter((cell) => cell.verdict === "valid");
  const most = Math.max(...valid.map((cell) => cell.raw?.launches ?? 0));
  if (valid.length === 0) return `No figure of ${list(usable.map((row) => row.name))} is more than a lower bound, so none is ranked.`;
  if (most < launchesForInterval) return tooFew(most);
  return sentences(rows, table);
}

const headline: readonly MetricName[] = ["throughput", "cpuPerOperation", "p99", "rssLoad"];

function single(row: Row, table: Table): string {
  const figures = headline
    .map((metric) => ({ column: table.allColumns.find((column) => column.metric === metric), cell: row.cells[metric] }))
    .filter(({ cell }) => cell.raw !== null)
    .map(({ column, cell }) => `${column?.title} ${cell.verdict === "bounded" ? "at least " : ""}${cell.text} ${column?.unit}`);
  return `Only ${row.name} has figures (${figures.join(", ")}), so there is nothing to compare it with.`;
}

function tooFew(launches: number): string {
  const count = launches === 1 ? "1 launch" : `${launches} launches`;
  return `With ${count} of a service this run claims no difference between languages: that takes ${launchesForInterval} launches or more.`;
}

function sentences(rows: readonly Row[], table: Table): string {
  const throughput = throughputClause(rows);
  const p99 = clause("p99", `p99 at ${groupThousands(table.offeredRatePerS)} requests/s`, rows);
  const speed = [throughput, p99].filter((part) => part !== null).join("; ");
  const memory = clause("rssLoad", "memory (RSS) under load", rows);
  return [speed, memory]
    .filter((part) => part !== null)
    .filter((part) => part !== "")
    .map(asSentence)
    .join(" ");
}

/** Where the set-up ended before a service did, processor time per operation carries the comparison. */
function throughputClause(rows: readonly Row[]): string | null {
  const bounded = rows.filter((row) => row.cells.throughput.verdict === "bounded");
  if (bounded.length === 0) return clause("throughput", "throughput", rows);
  const names = list(bounded.map((row) => row.name));
  const note = `The set-up reached its limit before ${names}, so throughput names no winner`;
  return [note, clause("cpuPerOperation", "processor time per operation", rows)].filter((part) => part !== null).join("; ");
}

/** "Rust has the lowest p99 (1.5–1.7 times that for Go)"; null where the column holds no comparison. */
function clause(metric: MetricName, subject: string, rows: readonly Row[]): string | null {
  const cells = rows.map((row) => ({ name: row.name, cell: row.cells[metric] }));
  const best = cells.find(({ cell }) => cell.comparison?.kind === "best" || cell.comparison?.kind === "alone");
  if (!best) return null;
  const without = cells.filter(({ cell }) => cell.raw === null).map(({ name }) => name);
  const missing = without.length > 0 ? `, with no valid figure for ${list(without)}` : "";
  if (best.cell.comparison?.kind === "alone") return `only ${best.name} has a valid ${subject}`;
  const close = namesOf(cells, "too-close");
  const unclaimed = namesOf(cells, "unclaimed");
  if (unclaimed.length > 0 && close.length === 0 && !cells.some(({ cell }) => cell.comparison?.kind === "behind")) {
    return `no difference in ${subject} is claimed`;
  }
  const lead =
    close.length > 0
      ? `${list([best.name, ...close])} are too close to call on ${subject}`
      : `${best.name} has the ${superlative(metric, best.cell)} ${subject}`;
  const open = unclaimed.length > 0 ? `, with no claim about ${list(unclaimed)}` : "";
  return `${lead}${distances(metric, best.name, cells)}${open}${missing}`;
}

function superlative(metric: MetricName, { comparison }: CellView): string {
  const word = metrics[metric].better === "lower" ? "lowest" : "highest";
  const ranked = comparison?.kind === "best" && comparison.standing === "ranked";
  return ranked ? `${word} ranked` : word;
}

interface Named {
  readonly name: string;
  readonly cell: CellView;
}

function distances(metric: MetricName, best: string, cells: readonly Named[]): string {
  const behind = cells.flatMap(({ name, cell }) => (cell.comparison?.kind === "behind" ? [{ name, comparison: cell.comparison }] : []));
  if (behind.length === 0) return "";
  const ordered = behind.toSorted((a, b) => a.comparison.factor - b.comparison.factor);
  if (ordered.length > 3) {
    const low = Math.min(...ordered.map(({ comparison }) => comparison.ratio.low));
    const high = Math.max(...ordered.map(({ comparison }) => comparison.ratio.high));
    const range = formatRatioRange({ value: Math.sqrt(low * high), low, high });
    return metrics[metric].better === "lower"
      ? ` (the ${ordered.length} others: ${range} times that of ${best})`
      : ` (${best}: ${range} times that of the ${ordered.length} others)`;
  }
  const parts = ordered.map(({ name, comparison }) => ({ name, range: formatRatioRange(comparison.ratio) }));
  if (metrics[metric].better === "lower") {
    return ` (${list(parts.map(({ name, range }) => `${name} ${range}`))} times that of ${best})`;
  }
  return ` (${best}: ${list(parts.map(({ name, range }) => `${range} times that of ${name}`))})`;
}

function namesOf(cells: readonly Named[], kind: Comparison["kind"]): string[] {
  return cells.filter(({ cell }) => cell.comparison?.kind === kind).map(({ name }) => name);
}
