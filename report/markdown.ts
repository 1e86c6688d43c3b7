/** The sentence, the tables and the footnotes, for a pull request or a job summary. */
import { comparisonMark, footnoteMarks, legend, rowState, tieText, valueText } from "./cell-text.ts";
import { mainFootnotes } from "./footnotes.ts";
import { countsText, firstBills, wishText } from "./summaries.ts";
import type { CellView, RedisExcluded, ReportModel, Row, Table } from "./model-types.ts";

export function renderMarkdown(model: ReportModel): string {
  const facts = model.facts.map(({ label, value }) => `- ${label}: ${escaped(value)}`);
  const blocks = [
    `# ${escaped(model.title)}`,
    `**${escaped(model.verdict)}**`,
    ...model.tables.map(tableBlock),
    ...(model.redisExcluded === null ? [] : [redisExcludedBlock(model.redisExcluded)]),
    costBlock(model),
    articlesBlock(model),
    escaped(legend.join("; ")),
    mainFootnotes(model)
      .map(({ number, reason, cure }) => `\\[${number}\\] ${escaped(`${reason} ${cure}`)}`)
      .join("  \n"),
    [
      `**Data quality ${model.grade.letter}**: ${model.grade.meaning}.`,
      ...model.grade.reasons.map(({ sentence }) => `- ${escaped(sentence)}`),
    ].join("\n"),
    facts.join("\n"),
    `\`\`\`sh\n${model.command.replaceAll("`", "'")}\n\`\`\``,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function tableBlock(table: Table): string {
  const head = ["implementation", ...table.columns.map(({ title, unit }) => `${title}, ${unit}`), "validity"];
  const rule = ["---", ...table.columns.map(() => "---:"), "---"];
  const rows = table.rows.map((row) => [
    escaped(`${row.language} ${row.variant}`),
    ...table.columns.map(({ metric }) => cellMarkdown(row.cells[metric])),
    state(row),
  ]);
  const ties = tieText(table).flatMap((line) => ["", escaped(line)]);
  return [`## ${escaped(table.title)}`, "", ...grid([head, rule, ...rows]), ...ties, ...ownLines(table)].join("\n");
}

const grid = (lines: readonly (readonly string[])[]): string[] => lines.map((line) => `| ${line.join(" | ")} |`);

function ownLines({ own }: Table): string[] {
  if (own === null || own.rows.length === 0) return [];
  const head = ["implementation", ...own.columns.map(({ title, unit }) => (unit === "" ? title : `${title}, ${unit}`))];
  const rows = own.rows.map(({ name, values }) => [
    escaped(name),
    ...values.map(({ text, interval, footnotes }) =>
      escaped(`${text}${interval === null ? "" : ` (${interval})`} ${footnoteMarks(footnotes)}`.trim()),
    ),
  ]);
  return ["", ...grid([head, ["---", ...own.columns.map(() => "---:")], ...rows])];
}

function redisExcludedBlock({ ways, rows, gaps }: RedisExcluded): string {
  const lines = [
    ["", ...ways.map(({ title, unit }) => escaped(`${title}, ${unit}`))],
    ["---", ...ways.map(() => "---:")],
    ...rows.map(({ name, values }) => [escaped(name), ...values.map(escaped)]),
    ["slowest by fastest", ...gaps],
    ["cannot say", ...ways.map(({ cannot }) => escaped(cannot))],
  ];
  return ["## Without Redis", "", ...grid(lines)].join("\n");
}

function costBlock({ cost }: ReportModel): string {
  const bills = firstBills(cost);
  if (bills.length === 0) return "";
  const lines = [
    ["implementation", "instances", "a month", "ops/s a vCPU, lower end", "latency objective"],
    ["---", "---:", "---:", "---:", "---"],
    ...bills.map(({ row, line }) => [row.name, line.instances, line.bill, line.capacity, line.objective].map(escaped)),
  ];
  const notes = cost.notes.map((note) => `- ${escaped(note)}`);
  return [
    "## What it costs",
    "",
    `${escaped(`${cost.scenarios[0]?.title}: ${wishText(cost.wish)}.`)}`,
    "",
    ...grid(lines),
    "",
    ...notes,
  ].join("\n");
}

function articlesBlock({ articles, runId }: ReportModel): string {
  return [
    "## The articles put to the test",
    "",
    `Of what two articles claim: ${escaped(countsText(articles))}. One by one, with reasons: \`cache-bench claims ${runId.replaceAll("`", "'")}\``,
  ].join("\n");
}

function cellMarkdown(cell: CellView): string {
  const first = `${valueText(cell)} ${comparisonMark(cell.comparison)} ${footnoteMarks(cell.footnotes)}`.replace(/ +/g, " ").trim();
  return cell.interval ? `${escaped(first)}<br>${escaped(cell.interval.text)}` : escaped(first);
}

function state(row: Row): string {
  return escaped(`${rowState(row)} ${footnoteMarks(row.footnotes)}`.trim());
}

/** Nothing in a name becomes markup, a link, a mention or another cell. */
export function escaped(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+!|~]/g, (character) => `\\${character}`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;");
}
