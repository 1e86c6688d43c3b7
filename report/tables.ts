/** The tables: one per scenario and offered rate, one row per implementation, measured or not. */
import { metricNames, metrics, type MetricName } from "../harness/core/metrics.ts";
import type { Cell, Figure, ImplementationResult, Result } from "../harness/core/result.ts";
import { tableCharts } from "./charts/build.ts";
import type { Footnotes } from "./footnotes.ts";
import { displayUnit, formatFigure, groupThousands } from "./format.ts";
import type { CellView, Column, Comparison, Row, RowStatus, Table, Verdict } from "./model-types.ts";
import type { Identity } from "./names.ts";
import { rank } from "./ranking.ts";

export const mainMetrics: readonly MetricName[] = ["throughput", "p50", "p99", "cpuPerOperation", "rssLoad", "coldStart", "artifact"];

export function buildTables(result: Result, identities: ReadonlyMap<string, Identity>, footnotes: Footnotes): Table[] {
  return result.scenarios.flatMap((scenario) =>
    scenario.openLoop.offeredRatesPerS.map((rate): Table => {
      const cells = result.cells.filter((cell) => cell.scenario === scenario.id && cell.offeredRatePerS === rate);
      const rows = buildRows(result.implementations, cells, identities, footnotes);
      return {
        id: `${scenario.id}-${rate}`,
        scenario: scenario.id,
        offeredRatePerS: rate,
        title: `${scenario.title}, ${groupThousands(rate)} requests/s offered`,
        purpose: scenario.purpose,
        columns: mainMetrics.map(column),
        allColumns: metricNames.map(column),
        rows,
        charts: tableCharts(result, scenario.id, rate, rows),
      };
    }),
  );
}

function column(metric: MetricName): Column {
  const { title, better, meaning } = metrics[metric];
  return { metric, title, unit: displayUnit(metric), better, meaning };
}

/** Measured rows first, each group in the order of the result. */
function buildRows(
  implementations: readonly ImplementationResult[],
  cells: readonly Cell[],
  identities: ReadonlyMap<string, Identity>,
  footnotes: Footnotes,
): Row[] {
  const found = implementations.map((implementation) => ({
    implementation,
    cell: cells.find((cell) => cell.implementation === implementation.manifest.id) ?? null,
  }));
  const ordered = [...found.filter(({ cell }) => cell !== null), ...found.filter(({ cell }) => cell === null)];
  const comparisons = rankAll(ordered.map(({ cell }) => cell));
  return ordered.map(({ implementation, cell }, index) => {
    const identity = identities.get(implementation.manifest.id);
    if (!identity) throw new Error(`no identity for ${implementation.manifest.id}`);
    const views = perMetric((metric) => view(metric, cell?.figures[metric] ?? null, comparisons[metric][index] ?? null, footnotes));
    const status = statusOf(implementation, cell, footnotes);
    return {
      ...identity,
      status: status.status,
      validity: worst(mainMetrics.map((metric) => views[metric].verdict)),
      footnotes: status.footnotes,
      launchNote: cell ? launchNote(cell.launches) : null,
      cells: views,
    };
  });
}

function rankAll(cells: readonly (Cell | null)[]): Record<MetricName, (Comparison | null)[]> {
  return perMetric((metric) =>
    rank(
      metric,
      cells.map((cell) => cell?.figures[metric] ?? null),
    ),
  );
}

function view(metric: MetricName, figure: Figure | null, comparison: Comparison | null, footnotes: Footnotes): CellView {
  if (figure === null) return { ...noNumber, verdict: "missing", footnotes: [] };
  if (figure.verdict === "void") return { ...noNumber, verdict: "void", footnotes: [footnotes.cite(figure.reason, figure.cure)] };
  const bounded = figure.verdict === "bounded";
  const text = formatFigure(metric, figure.value, figure.interval, bounded);
  return {
    verdict: figure.verdict,
    text: text.value,
    interval: figure.interval && { kind: figure.interval.kind, text: `${text.low}–${text.high}` },
    comparison,
    footnotes: bounded ? [footnotes.cite(figure.reason, figure.cure)] : [],
    raw: { value: figure.value, interval: figure.interval, launches: figure.launches },
  };
}

const noNumber = { text: "", interval: null, comparison: null, raw: null } as const;

function statusOf(
  { status, manifest }: ImplementationResult,
  cell: Cell | null,
  footnotes: Footnotes,
): { status: RowStatus; footnotes: number[] } {
  if (status.kind === "skipped") return { status: "skipped", footnotes: [footnotes.cite(status.reason, status.cure)] };
  if (status.kind === "failed") {
    return { status: "failed", footnotes: [footnotes.cite(`${status.stage} failed: ${status.reason}`, status.cure)] };
  }
  if (cell) return { status: "measured", footnotes: [] };
  const reason = `${manifest.id} was built, but no launch of it was measured here.`;
  return { status: "not measured", footnotes: [footnotes.cite(reason, "Resume the run, or start it anew.")] };
}

function launchNote({ planned, measured, void: voided, failed }: Cell["launches"]): string | null {
  const missing = planned - measured - failed;
  const parts = [
    voided > 0 ? `${voided} of ${planned} launches void` : "",
    failed > 0 ? `${failed} of ${planned} failed` : "",
    missing > 0 ? `${missing} of ${planned} missing` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? null : parts.join(", ");
}

function worst(verdicts: readonly Verdict[]): Row["validity"] {
  if (verdicts.includes("void") && verdicts.some((verdict) => verdict !== "void")) return "partly void";
  const order: readonly Verdict[] = ["missing", "void", "bounded"];
  return order.find((verdict) => verdicts.includes(verdict)) ?? "valid";
}

function perMetric<T>(make: (metric: MetricName) => T): Record<MetricName, T> {
  return Object.fromEntries(metricNames.map((metric) => [metric, make(metric)])) as Record<MetricName, T>;
}
