/** One line per figure, in the units of metrics.ts. */
import { ownMetrics } from "../harness/core/own-metrics.ts";
import { metrics } from "../harness/core/metrics.ts";
import type { Column, Comparison, ReportModel, Row, Table } from "./model-types.ts";

const header = [
  "scenario",
  "offered_rate_per_s",
  "implementation",
  "language",
  "variant",
  "status",
  "metric",
  "unit",
  "verdict",
  "value",
  "interval",
  "low",
  "high",
  "launches",
  "comparison",
  "factor",
  "notes",
];

export function renderCsv(model: ReportModel): string {
  const lines = model.tables.flatMap((table) => [
    ...table.rows.flatMap((row) => table.allColumns.map((column) => figureLine(model, table, row, column))),
    ...ownLines(model, table),
  ]);
  return [header, ...lines].map((line) => `${line.map(csvField).join(",")}\r\n`).join("");
}

function figureLine(model: ReportModel, table: Table, row: Row, { metric }: Column): (string | number)[] {
  const cell = row.cells[metric];
  const interval = cell.raw?.interval;
  const numbers = row.status === "measured" ? cell.footnotes : row.footnotes;
  return [
    table.scenario,
    table.offeredRatePerS,
    row.implementation,
    row.language,
    row.variant,
    row.status,
    metric,
    metrics[metric].unit,
    cell.verdict,
    cell.raw?.value ?? "",
    interval?.kind ?? "",
    interval?.low ?? "",
    interval?.high ?? "",
    cell.raw?.launches ?? "",
    comparisonText(cell.comparison),
    cell.comparison && "factor" in cell.comparison ? cell.comparison.factor : "",
    notesOf(model, numbers),
  ];
}

/** "best" is for a figure that nobody can dispute; another first place says what is the matter with it. */
function comparisonText(comparison: Comparison | null): string {
  if (comparison === null) return "";
  if (comparison.kind !== "best" || comparison.standing === "clear") return comparison.kind;
  return comparison.standing === "shared" ? "too-close" : comparison.standing;
}

function ownLines(model: ReportModel, { own, scenario, offeredRatePerS }: Table): (string | number)[][] {
  return (own?.rows ?? []).flatMap(({ implementation, language, variant, values }) =>
    values.map(({ verdict, raw, footnotes }, column) => {
      const metric = own?.columns[column]?.metric ?? "recovery";
      const known = raw.verdict === "void" ? null : raw;
      const notes = notesOf(model, footnotes);
      const { kind = "", low = "", high = "" } = known?.interval ?? {};
      const figure = [metric, ownMetrics[metric].unit, verdict, known?.value ?? "", kind, low, high, known?.launches ?? ""];
      return [scenario, offeredRatePerS, implementation, language, variant, "measured", ...figure, "", "", notes];
    }),
  );
}

function notesOf(model: ReportModel, numbers: readonly number[]): string {
  return model.footnotes
    .filter(({ number }) => numbers.includes(number))
    .map(({ reason, cure }) => `${reason} ${cure}`)
    .join(" ");
}

/** Text that a spreadsheet would run as a formula gets an apostrophe (OWASP, "CSV Injection"). */
export function csvField(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = /^\s*[=+\-@\t\r|]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
