/** The rows that the verdict and the key figures speak of, ranked among themselves. */
import { metricNames, type MetricName } from "../harness/core/metrics.ts";
import type { Figure } from "../harness/core/result.ts";
import type { CellView, Row, Table } from "./model-types.ts";
import { rank } from "./ranking.ts";

/**
 * Production variants where there are several, since the other variants answer other questions; else those that are
 * ranked together. Services that failed checks are never judged.
 */
export function judgedRows(table: Table): readonly Row[] {
  const rows = chosen(table);
  // Among them the language is name enough where each has its own.
  return new Set(rows.map(({ language }) => language)).size === rows.length ? rows.map((row) => ({ ...row, name: row.language })) : rows;
}

function chosen({ rows }: Table): readonly Row[] {
  const measured = rows.filter((row) => row.status === "measured" && row.group !== "unranked");
  const production = measured.filter((row) => row.variant === "production");
  const together = measured.filter((row) => row.group === "production");
  if (production.length > 1) return production.length < together.length ? rankAmong(production) : production;
  return together.length > 0 ? together : measured;
}

function rankAmong(rows: readonly Row[]): Row[] {
  const cells = rows.map((row): Record<MetricName, CellView> => ({ ...row.cells }));
  for (const metric of metricNames) {
    const comparisons = rank(
      metric,
      cells.map((row) => figureOf(row[metric])),
    );
    cells.forEach((row, index) => (row[metric] = { ...row[metric], comparison: comparisons[index] ?? null }));
  }
  return rows.map((row, index) => ({ ...row, cells: cells[index] ?? row.cells }));
}

function figureOf({ verdict, raw }: CellView): Figure | null {
  if (raw === null) return null;
  return verdict === "bounded" ? { verdict, ...raw, reason: "", cure: "" } : { verdict: "valid", ...raw };
}
