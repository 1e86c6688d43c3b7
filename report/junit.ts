/** The validity of each headline figure as a test case, for what reads JUnit: void fails, a mere bound is skipped. */
import { valueText } from "./cell-text.ts";
import { escapeHtml } from "./html/markup.ts";
import type { CellView, Column, ReportModel, Row, Table } from "./model-types.ts";

interface Case {
  readonly markup: string;
  readonly outcome: "passed" | "failed" | "skipped" | "error";
}

export function renderJunit(model: ReportModel): string {
  const suites = model.tables.map((table) => {
    const cases = table.rows.flatMap((row) => casesOf(model, table, row));
    return {
      cases,
      markup: `  <testsuite name="${attribute(table.title)}" ${counts(cases)}>\n${cases.map(({ markup }) => markup).join("\n")}\n  </testsuite>`,
    };
  });
  const all = suites.flatMap(({ cases }) => cases);
  const name = attribute(`${model.title}, ${model.runId}`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${name}" ${counts(all)}>\n${suites.map(({ markup }) => markup).join("\n")}\n</testsuites>\n`;
}

function casesOf(model: ReportModel, table: Table, row: Row): Case[] {
  const one = (name: string, outcome: Case["outcome"], numbers: readonly number[], value = ""): Case =>
    testCase({ className: `${table.id}.${row.implementation}`, name, outcome, message: notesOf(model, numbers), value });
  if (row.status === "skipped") return [one("measured", "skipped", row.footnotes)];
  if (row.status !== "measured") return [one("measured", "error", row.footnotes)];
  return table.columns.map((column) => {
    const cell = row.cells[column.metric];
    return one(column.title, outcomes[cell.verdict], cell.footnotes, valueWithUnit(column, cell));
  });
}

const outcomes = { valid: "passed", bounded: "skipped", void: "failed", missing: "error" } as const;
const elements = { failed: "failure", skipped: "skipped", error: "error" } as const;

function valueWithUnit({ unit }: Column, cell: CellView): string {
  const interval = cell.interval === null ? "" : ` (${cell.interval.kind === "t95" ? "95 %" : "range"} ${cell.interval.text})`;
  return cell.raw === null ? "" : `${valueText(cell)} ${unit}${interval}`;
}

interface Details {
  readonly className: string;
  /** The same in every run, so that a history can be kept: the value stands beside it. */
  readonly name: string;
  readonly outcome: Case["outcome"];
  readonly message: string;
  readonly value: string;
}

function testCase({ className, name, outcome, message, value }: Details): Case {
  const problem = outcome === "passed" ? "" : `<${elements[outcome]} message="${attribute(message)}"/>`;
  const output = value === "" ? "" : `<system-out>${attribute(value)}</system-out>`;
  return { outcome, markup: `    <testcase classname="${attribute(className)}" name="${attribute(name)}">${problem}${output}</testcase>` };
}

function notesOf({ footnotes }: ReportModel, numbers: readonly number[]): string {
  const notes = footnotes.filter(({ number }) => numbers.includes(number)).map(({ reason, cure }) => `${reason} ${cure}`);
  return notes.length === 0 ? "not measured" : notes.join(" ");
}

function counts(cases: readonly Case[]): string {
  const count = (outcome: Case["outcome"]): number => cases.filter((one) => one.outcome === outcome).length;
  return `tests="${cases.length}" failures="${count("failed")}" errors="${count("error")}" skipped="${count("skipped")}"`;
}

/** The model holds no control character any more; what XML forbids beside them is U+FFFE and U+FFFF. */
function attribute(text: string): string {
  return escapeHtml(text.replaceAll(/[\ufffe\uffff]/g, "?"));
}
