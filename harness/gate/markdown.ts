/** The result as a comment on a pull request, and as a job's summary: GitHub allows 1 MiB for that, a comment is shorter. */
import { escaped } from "../../report/markdown.ts";
import { printable } from "../../report/printable.ts";
import { type GateReport, reasonsOf, roundsText, tableHead, tableRow } from "./show.ts";

/** The first line of every comment of the gate: by it the next run finds the comment, and writes over it. */
export const commentMarker = "<!-- cache-bench gate -->";

/** What GitHub accepts as a comment: 65,536 characters. */
const longestComment = 65_536;

export function gateMarkdown(report: GateReport): string {
  const text = (words: string): string => escaped(printable(words));
  const line = (cells: readonly string[]): string => `| ${cells.map(text).join(" | ")} |`;
  const head = [
    commentMarker,
    `### cache-bench gate: ${report.verdict}`,
    "",
    text(report.sentence),
    "",
    `Head ${text(report.head)} against base ${text(report.base)}, scenario ${text(report.scenario)}; ${roundsText(report)}.`,
    "",
  ];
  const rows = report.members.map((member) => line(tableRow(member)));
  const table = rows.length === 0 ? [] : [line(tableHead), "| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | --- |", ...rows, ""];
  const rest = [...reasonsOf(report), ...report.notes].map((note) => `- ${text(note)}`);
  const whole = `${[...head, ...table, ...rest].join("\n").trimEnd()}\n`;
  return whole.length <= longestComment ? whole : `${head.join("\n")}The table is too long for a comment; the job's JSON has it.\n`;
}
