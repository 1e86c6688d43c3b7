/** The verdict: one or two sentences made from the numbers, never stronger than they allow. */
import { metrics, type MetricName } from "../harness/core/metrics.ts";
import { launchesForInterval } from "../harness/core/statistics.ts";
import { formatRatioRange, groupThousands } from "./format.ts";
import { judgedRows } from "./judged.ts";
import type { CellView, Comparison, Row, Table } from "./model-types.ts";
import { asSentence, list } from "./names.ts";

export const nothingValid = "Nothing valid was measured: this run supports no statement about any language.";

/** Of one scenario, which it names where there are several. */
export function verdictOf(tables: readonly Table[]): string {
  const table = tables[0];
  if (!table) return nothingValid;
  const verdict = verdictOn(table);
  if (verdict === nothingValid) return verdict;
  const scenarios = new Set(tables.map(({ scenario }) => scenario)).size;
  const judged = judgedRows(table);
  const variants = new Set(table.rows.filter(({ status }) => status === "measured").map(({ variant }) => variant));
  const of = [
    scenarios > 1 ? `in ${table.scenario}, one of ${scenarios} scenarios` : "",
    variants.size > 1 && new Set(judged.map(({ variant }) => variant)).size === 1 ? `of the ${judged[0]?.variant} variants` : "",
  ].filter((part) => part !== "");
  return of.length === 0 ? verdict : `${asSentence(of.join(", ")).slice(0, -1)}: ${verdict}`;
}

function verdictOn(table: Table): string {
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

/** Metrics that name the same leaders share a sentence. */
function sentences(rows: readonly Row[], table: Table): string {
  const bounded = rows.filter((row) => row.cells.throughput.verdict === "bounded");
  const limit =
    bounded.length === 0
      ? null
      : `The set-up reached its limit before ${list(bounded.map(({ name }) => name))}, so throughput names no winner`;
  const clauses = [
    // Where the set-up ended first, processor time per operation carries the comparison.
    limit === null ? clause("throughput", "throughput", rows) : clause("cpuPerOperation", "processor time per operation", rows),
    clause("p99", `p99 at ${groupThousands(table.offeredRatePerS)} requests/s`, rows),
    clause("rssLoad", "memory (RSS) under load", rows),
  ].filter((one) => one !== null);
  const leads = [...new Set(clauses.map(({ lead }) => lead))];
  const merged = leads.map((lead) => `${lead} ${list(clauses.filter((one) => one.lead === lead).map(({ subject }) => subject))}`);
  return [limit, ...merged]
    .filter((part) => part !== null)
    .map(asSentence)
    .join(" ");
}

interface Clause {
  readonly lead: string;
  readonly subject: string;
}

/** "Rust has" and "the lowest p99 (Go 1.5–1.7 times that)"; null where all are bounds. */
function clause(metric: MetricName, subject: string, rows: readonly Row[]): Clause | null {
  const cells = rows.map((row) => ({ name: row.name, cell: row.cells[metric] }));
  const best = cells.find(({ cell }) => cell.comparison?.kind === "best" || cell.comparison?.kind === "alone");
  if (cells.every(({ cell }) => cell.verdict === "void" || cell.verdict === "missing"))
    return { lead: "nobody has", subject: `a valid ${subject}` };
  if (!best) return null;
  if (best.cell.comparison?.kind === "alone") return { lead: `only ${best.name} has`, subject: `a valid ${subject}` };
  const close = namesOf(cells, "too-close");
  const unclaimed = namesOf(cells, "unclaimed");
  if (unclaimed.length > 0 && close.length === 0 && !cells.some(({ cell }) => cell.comparison?.kind === "behind")) {
    return { lead: "no difference is claimed in", subject };
  }
  const without = cells.filter(({ cell }) => cell.verdict === "void" || cell.verdict === "missing").map(({ name }) => name);
  const details = [
    distances(metric, close.length > 0 ? `that of ${best.name}` : "that", cells),
    unclaimed.length > 0 ? `no claim about ${list(unclaimed)}` : "",
    without.length > 0 ? `no valid figure for ${list(without)}` : "",
  ].filter((detail) => detail !== "");
  const detail = details.length === 0 ? "" : ` (${details.join("; ")})`;
  if (close.length > 0) return { lead: `${list([best.name, ...close])} are too close to call on`, subject: `${subject}${detail}` };
  return { lead: `${best.name} has`, subject: `the ${superlative(metric, best.cell)} ${subject}${detail}` };
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

function distances(metric: MetricName, ofBest: string, cells: readonly Named[]): string {
  const behind = cells.flatMap(({ name, cell }) => (cell.comparison?.kind === "behind" ? [{ name, comparison: cell.comparison }] : []));
  if (behind.length === 0) return "";
  const lower = metrics[metric].better === "lower";
  const ordered = behind.toSorted((a, b) => a.comparison.factor - b.comparison.factor);
  if (ordered.length > 3) {
    const low = Math.min(...ordered.map(({ comparison }) => comparison.ratio.low));
    const high = Math.max(...ordered.map(({ comparison }) => comparison.ratio.high));
    const range = formatRatioRange({ value: Math.sqrt(low * high), low, high });
    return lower ? `the ${ordered.length} others ${range} times ${ofBest}` : `${range} times that of the ${ordered.length} others`;
  }
  const parts = ordered.map(({ name, comparison }) => ({ name, range: formatRatioRange(comparison.ratio) }));
  if (lower) return `${list(parts.map(({ name, range }) => `${name} ${range}`))} times ${ofBest}`;
  return list(parts.map(({ name, range }) => `${range} times that of ${name}`));
}

function namesOf(cells: readonly Named[], kind: Comparison["kind"]): string[] {
  return cells.filter(({ cell }) => cell.comparison?.kind === kind).map(({ name }) => name);
}
