/** The tables: one per scenario and offered rate, one row per implementation, measured or not. */
import { metricNames, metrics, type MetricName } from "../harness/core/metrics.ts";
import type { Cell, Figure, ImplementationResult, Result } from "../harness/core/result.ts";
import { tableCharts } from "./charts/build.ts";
import type { Footnotes } from "./footnotes.ts";
import { formatFigure, groupThousands, type Scale, scaleFor } from "./format.ts";
import { inOrder } from "./headline.ts";
import type { CellView, Column, Comparison, Row, RowStatus, Table, Verdict } from "./model-types.ts";
import type { Identity } from "./names.ts";
import { ownFigures } from "./own-figures.ts";
import { rank } from "./ranking.ts";
import { tiedSets } from "./ties.ts";

export const mainMetrics: readonly MetricName[] = ["throughput", "p50", "p99", "cpuPerOperation", "rssLoad", "coldStart", "artifact"];

export function buildTables(result: Result, identities: ReadonlyMap<string, Identity>, footnotes: Footnotes): Table[] {
  return inOrder(result.scenarios).flatMap((scenario) =>
    scenario.openLoop.offeredRatesPerS.map((rate): Table => {
      const cells = result.cells.filter((cell) => cell.scenario === scenario.id && cell.offeredRatePerS === rate);
      const scales = perMetric((metric) => scaleFor(metric, valuesOf(metric, cells)));
      const rows = buildRows(result.implementations, cells, { identities, footnotes, scales });
      const column = (metric: MetricName): Column => {
        const { title, better, meaning } = metrics[metric];
        return { metric, title, unit: scales[metric].unit, better, meaning };
      };
      return {
        id: `${scenario.id}-${rate}`,
        scenario: scenario.id,
        offeredRatePerS: rate,
        title: `${scenario.title}, ${groupThousands(rate)} requests/s offered`,
        purpose: scenario.purpose,
        columns: mainMetrics.map(column),
        allColumns: metricNames.map(column),
        rows,
        own: ownFigures(scenario, rate, result, identities, footnotes),
        ties: tiesOf(rows, cells),
        charts: tableCharts(result, scenario, rate, rows),
      };
    }),
  );
}

function valuesOf(metric: MetricName, cells: readonly Cell[]): number[] {
  return cells.flatMap(({ figures }) => (figures[metric].verdict === "void" ? [] : [figures[metric].value]));
}

function tiesOf(rows: readonly Row[], cells: readonly Cell[]): Table["ties"] {
  const contenders = (metric: MetricName, group: Row["group"]) =>
    rows
      .filter((row) => row.group === group && row.status === "measured")
      .map(({ name, implementation }) => ({
        name,
        figure: cells.find((cell) => cell.implementation === implementation)?.figures[metric] ?? null,
      }));
  return mainMetrics
    .map((metric) => ({
      metric,
      title: metrics[metric].title,
      sets: (["production", "article"] as const).flatMap((group) => tiedSets(metric, contenders(metric, group))),
    }))
    .filter(({ sets }) => sets.length > 0);
}

interface Rendering {
  readonly identities: ReadonlyMap<string, Identity>;
  readonly footnotes: Footnotes;
  readonly scales: Readonly<Record<MetricName, Scale>>;
}

const groupOrder: readonly Row["group"][] = ["production", "article", "unranked"];

/** Measured rows first, by group, each in the order of the result. */
function buildRows(
  implementations: readonly ImplementationResult[],
  cells: readonly Cell[],
  { identities, footnotes, scales }: Rendering,
): Row[] {
  const found = implementations.map((implementation) => ({
    implementation,
    group: groupOf(implementation),
    cell: cells.find((cell) => cell.implementation === implementation.manifest.id) ?? null,
  }));
  const place = ({ group, cell }: (typeof found)[number]): number => (cell === null ? groupOrder.length : groupOrder.indexOf(group));
  const ordered = found.toSorted((a, b) => place(a) - place(b));
  const comparisons = rankAll(ordered);
  return ordered.map(({ implementation, cell, group }, index) => {
    const identity = identities.get(implementation.manifest.id);
    if (!identity) throw new Error(`no identity for ${implementation.manifest.id}`);
    const views = perMetric((metric) =>
      view(metric, cell?.figures[metric] ?? null, comparisons[metric][index] ?? null, { footnotes, scales }),
    );
    const status = statusOf(implementation, cell, footnotes);
    return {
      ...identity,
      status: status.status,
      validity: worst(mainMetrics.map((metric) => views[metric].verdict)),
      footnotes: status.footnotes,
      issues: implementation.manifest.knownIssues,
      group,
      launchNote: cell ? launchNote(cell.launches) : null,
      cells: views,
    };
  });
}

/** The articles' shape answers another question, and a service that failed checks is compared with nobody. */
function groupOf({ manifest, status }: ImplementationResult): Row["group"] {
  if (status.kind === "measured" && status.failedChecks.length > 0) return "unranked";
  return manifest.variant === "article" ? "article" : "production";
}

/** Each group among itself. */
function rankAll(
  ordered: readonly { readonly group: Row["group"]; readonly cell: Cell | null }[],
): Record<MetricName, (Comparison | null)[]> {
  return perMetric((metric) => {
    const ranked = (["production", "article"] as const).map((group) =>
      rank(
        metric,
        ordered.map((one) => (one.group === group ? (one.cell?.figures[metric] ?? null) : null)),
      ),
    );
    return ordered.map((_, index) => ranked[0]?.[index] ?? ranked[1]?.[index] ?? null);
  });
}

function view(
  metric: MetricName,
  figure: Figure | null,
  comparison: Comparison | null,
  { footnotes, scales }: Pick<Rendering, "footnotes" | "scales">,
): CellView {
  if (figure === null) return { ...noNumber, verdict: "missing", footnotes: [] };
  if (figure.verdict === "void") return { ...noNumber, verdict: "void", footnotes: [footnotes.cite(figure.reason, figure.cure)] };
  const bounded = figure.verdict === "bounded";
  const text = formatFigure(metric, figure.value, figure.interval, bounded, scales[metric]);
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
  if (cell && status.failedChecks.length > 0) {
    const reason = `${manifest.id} failed checks (${status.failedChecks.join(", ")}) and was measured all the same: it is not ranked.`;
    return { status: "measured", footnotes: [footnotes.cite(reason, `Mend it; cache-bench verify ${manifest.id} shows what broke.`)] };
  }
  if (cell) return { status: "measured", footnotes: [] };
  const reason = `${manifest.id} was built, but no launch of it was measured here.`;
  return { status: "not measured", footnotes: [footnotes.cite(reason, "Resume the run, or start it anew.")] };
}

function launchNote({ planned, measured, void: voided, failed }: Cell["launches"]): string | null {
  const missing = planned - measured - failed;
  const made = measured + failed;
  const parts = [
    voided > 0 ? `${voided} of ${made} launches void in part` : "",
    failed > 0 ? `${failed} of ${made} launches failed` : "",
    missing > 0 ? `${missing} of ${planned} launches missing` : "",
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
