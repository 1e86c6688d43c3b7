/** Key figures of the scenario that the verdict speaks of. */
import { metrics, type MetricName } from "../harness/core/metrics.ts";
import { judgedRows } from "./judged.ts";
import type { Card, Row, Table } from "./model-types.ts";
import { list } from "./names.ts";

const cardMetrics: readonly MetricName[] = ["throughput", "p99", "cpuPerOperation", "rssLoad", "coldStart"];

export function buildCards(tables: readonly Table[]): Card[] {
  const table = tables[0];
  return table ? cardMetrics.flatMap((metric) => card(metric, judgedRows(table), table) ?? []) : [];
}

function card(metric: MetricName, rows: readonly Row[], table: Table): Card | null {
  const column = table.allColumns.find((candidate) => candidate.metric === metric);
  if (!column) return null;
  const { title, unit } = column;
  const best = rows.find((row) => {
    const kind = row.cells[metric].comparison?.kind;
    return kind === "best" || kind === "alone";
  });
  if (!best || isOutdone(best, metric)) return boundCard(metric, rows, title, unit);
  const cell = best.cells[metric];
  const interval = cell.interval ? `${cell.interval.kind === "t95" ? "95 %" : "range"} ${cell.interval.text}` : "";
  const unknown = rows.filter((row) => row.cells[metric].verdict === "void").map((row) => row.name);
  return {
    title: `${superlative(metric, best, unknown.length > 0)} ${title}`,
    value: cell.text,
    unit,
    who: leaders(metric, best, rows),
    detail: [interval, ...(unknown.length > 0 ? [`void: ${list(unknown)}`] : [])].filter(Boolean).join("; "),
  };
}

/** A bounded figure may be better than the best ranked one: then the card shows the bound. */
function isOutdone(best: Row, metric: MetricName): boolean {
  const { comparison } = best.cells[metric];
  return comparison?.kind === "best" && comparison.standing === "ranked";
}

function boundCard(metric: MetricName, rows: readonly Row[], title: string, unit: string): Card | null {
  const bounded = rows
    .filter((row) => row.cells[metric].verdict === "bounded")
    .toSorted((a, b) => (b.cells[metric].raw?.value ?? 0) - (a.cells[metric].raw?.value ?? 0));
  const [top] = bounded;
  if (!top) return null;
  const who = list(bounded.map((row) => row.name));
  return { title, value: `≥ ${top.cells[metric].text}`, unit, who, detail: "limited by the set-up: no winner" };
}

/** A void figure might have been better. */
function superlative(metric: MetricName, best: Row, someVoid: boolean): string {
  if (best.cells[metric].comparison?.kind === "alone") return "only valid";
  return `${metrics[metric].better === "lower" ? "lowest" : "highest"}${someVoid ? " valid" : ""}`;
}

function leaders(metric: MetricName, best: Row, rows: readonly Row[]): string {
  const { comparison } = best.cells[metric];
  if (comparison?.kind !== "best") return best.name;
  if (comparison.standing === "unclaimed") return `${best.name}, no difference claimed`;
  const close = rows.filter((row) => row.cells[metric].comparison?.kind === "too-close").map((row) => row.name);
  return close.length === 0 ? best.name : `${list([best.name, ...close])}: too close to call`;
}
