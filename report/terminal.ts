/** The report for a terminal: the sentence first, tables that fit the width, footnotes below. */
import Table from "cli-table3";
import { styleText } from "node:util";
import { comparisonMark, footnoteMarks, legend, rowState, tieText, valueText } from "./cell-text.ts";
import { mainFootnotes } from "./footnotes.ts";
import type { CellView, Column, ReportModel, Row, Table as TableModel } from "./model-types.ts";
import { countsText, firstBills, wishText } from "./summaries.ts";
import { wrap } from "./wrap.ts";

export interface TerminalOptions {
  readonly columns: number;
  readonly colour: boolean;
}

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style | null, text: string) => string;

const narrowest = 40;
const longestName = 14;
const longestNoteLine = 16;

export function renderTerminal(model: ReportModel, { columns, colour }: TerminalOptions): string {
  const width = Math.max(narrowest, columns);
  const paint: Paint = (style, text) =>
    colour && style !== null && text !== "" ? styleText(style, text, { validateStream: false }) : text;
  const lines = [
    ...wrap(model.verdict, width).map((line) => paint("bold", line)),
    ...model.tables.flatMap((table) => [
      "",
      ...wrap(table.title, width).map((line) => paint("underline", line)),
      ...tableLines(table, width, paint),
      ...ownLines(table).flatMap((line) => wrap(line, width, "  ")),
      ...tieText(table).flatMap((line) => wrap(line, width, "  ")),
    ]),
    "",
    ...usedLegend(model).flatMap((line) => wrap(line, width, "  ")),
    ...mainFootnotes(model).flatMap(({ number, reason, cure }) => wrap(`[${number}] ${reason} ${cure}`, width, "    ")),
    "",
    ...wrap(`Data quality ${model.grade.letter}: ${model.grade.meaning}.`, width, "  "),
    ...model.grade.reasons.flatMap(({ sentence }) => wrap(`! ${sentence}`, width, "  ")),
    ...model.facts.filter(({ label }) => shownFacts.has(label)).flatMap(({ label, value }) => labelled(label, value, width)),
    ...billLine(model, width),
    ...labelled("Articles", `${countsText(model.articles)} (cache-bench claims ${model.runId})`, width),
    ...labelled("Again", model.command, width),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** One line per figure that only this scenario has. */
function ownLines({ own }: TableModel): string[] {
  return (own?.columns ?? []).map(({ title, unit }, column) => {
    const values = own?.rows.map(({ name, values }) => {
      const value = values[column];
      const range = value?.interval ? ` (${value.interval})` : "";
      return `${name} ${value?.text ?? "-"}${range}${footnoteMarks(value?.footnotes ?? [])}`;
    });
    return `${title}${unit === "" ? "" : `, ${unit}`}: ${values?.join("; ")}`;
  });
}

function billLine({ cost, runId }: ReportModel, width: number): string[] {
  const bills = firstBills(cost).map(
    ({ row, line }) => `${row.name} ${line.bill === "" ? `no bill: ${line.limit || line.objective}` : `${line.bill} a month`}`,
  );
  return bills.length === 0 ? [] : labelled("Cost", `${bills.join("; ")} (${wishText(cost.wish)}; cache-bench cost ${runId})`, width);
}

const shownFacts: ReadonlySet<string> = new Set(["Machine", "Target", "Instance", "Redis", "Topology", "Quiet", "Noise", "Date", "Run"]);

function labelled(label: string, text: string, width: number): string[] {
  const margin = 10;
  return wrap(text, width - margin).map((line, index) => (index === 0 ? label : "").padEnd(margin) + line);
}

function usedLegend({ tables }: ReportModel): readonly string[] {
  const cells = tables.flatMap((table) => table.rows.flatMap((row) => table.columns.map(({ metric }) => row.cells[metric])));
  const texts = cells.flatMap((cell) => [comparisonMark(cell.comparison), valueText(cell)]);
  const used = legend.filter((line) => texts.some((text) => text.includes(line.split(" ")[0] ?? "")));
  const kinds = new Set(cells.flatMap((cell) => cell.interval?.kind ?? []));
  const intervals = [
    kinds.has("t95") ? "second line: 95 % interval over launches (Student's t on the logs)" : "",
    kinds.has("range") ? "second line: lowest and highest launch" : "",
  ];
  return [...(kinds.size === 2 ? ["second line: 95 % interval, or the range where launches are few"] : intervals), ...used].filter(
    (line) => line !== "",
  );
}

/** As many columns side by side as fit, the others below in a table of their own. */
function tableLines(table: TableModel, width: number, paint: Paint): string[] {
  const lines: string[] = [];
  let rest = table.columns;
  while (rest.length > 0) {
    let fitting = 1;
    let drawn = draw(table.rows, rest.slice(0, 1), rest.length === 1, paint);
    for (let count = 2; count <= rest.length; count++) {
      const wider = draw(table.rows, rest.slice(0, count), count === rest.length, paint);
      if (widthOf(wider) > width) break;
      [fitting, drawn] = [count, wider];
    }
    // The last table also says how far each row can be trusted; where that does not fit it follows on its own.
    const overflows = widthOf(drawn) > width;
    if (overflows) drawn = draw(table.rows, rest.slice(0, fitting), false, paint);
    lines.push(...(lines.length > 0 ? [""] : []), ...drawn.map((line) => line.trimEnd()));
    rest = rest.slice(fitting);
    if (overflows && rest.length === 0) lines.push("", ...draw(table.rows, [], true, paint));
  }
  return lines;
}

function draw(rows: readonly Row[], columns: readonly Column[], withState: boolean, paint: Paint): string[] {
  const markWidths = columns.map(({ metric }) => Math.max(...rows.map((row) => comparisonMark(row.cells[metric].comparison).length)));
  const table = new Table({
    head: ["", ...columns.flatMap(({ title, unit }) => [`${title}\n${unit}`]), ...(withState ? ["validity"] : [])],
    colAligns: ["left", ...columns.map(() => "right" as const), ...(withState ? ["left" as const] : [])],
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2, compact: true },
    chars: noBorders,
  });
  for (const row of rows) {
    table.push([
      nameCell(row),
      ...columns.map(({ metric }, index) => {
        if (row.status === "measured") return cellText(row.cells[metric], markWidths[index] ?? 0, paint);
        return index === 0 ? paint("red", `${row.status}${footnoteMarks(row.footnotes)}`) : "";
      }),
      ...(withState ? [stateCell(row, paint)] : []),
    ]);
  }
  return table.toString().split("\n");
}

const noBorders = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right", "left", "left-mid", "mid", "mid-mid"]
    .concat(["right", "right-mid", "middle"])
    .map((part) => [part, ""]),
);

function nameCell({ language, variant }: Row): string {
  return `${shorten(language)}\n  ${variant}`;
}

function shorten(text: string): string {
  return text.length <= longestName ? text : `${text.slice(0, longestName - 1)}…`;
}

/** The mark stands in a column of its own, so that the values line up. */
function cellText(cell: CellView, markWidth: number, paint: Paint): string {
  const gap = markWidth === 0 ? "" : " ";
  const mark = comparisonMark(cell.comparison);
  const value = paint(valueStyles[cell.verdict], `${valueText(cell)}${footnoteMarks(cell.footnotes)}`);
  const first = `${value}${gap}${mark === "best" ? paint("green", mark.padEnd(markWidth)) : mark.padEnd(markWidth)}`;
  return `${first}\n${paint("dim", cell.interval?.text ?? "")}${gap}${" ".repeat(markWidth)}`;
}

const valueStyles = { valid: null, bounded: "yellow", void: "red", missing: "dim" } as const;

function stateCell(row: Row, paint: Paint): string {
  const [state = "", ...notes] = row.status === "measured" ? [row.validity, row.launchNote ?? ""] : [rowState(row)];
  const style = row.status === "measured" ? (row.validity === "partly void" ? "red" : valueStyles[row.validity]) : "red";
  return [paint(style, state), ...notes.flatMap((note) => wrap(note, longestNoteLine))].join("\n");
}

function widthOf(lines: readonly string[]): number {
  // oxlint-disable-next-line no-control-regex -- the escape sequences that paint() wrote take no room
  return Math.max(...lines.map((line) => line.replace(/\u001b\[\d+m/g, "").trimEnd().length));
}
