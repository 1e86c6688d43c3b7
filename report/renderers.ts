/** The formats of a report: a new one is one entry here. */
import type { Result } from "../harness/core/result.ts";
import { renderCsv } from "./csv.ts";
import { renderHtml } from "./html/html.ts";
import { renderMarkdown } from "./markdown.ts";
import { buildReport } from "./model.ts";

export interface Renderer {
  readonly fileName: string;
  readonly render: (result: Result) => string | Promise<string>;
}

export const renderers: Readonly<Record<string, Renderer>> = {
  html: { fileName: "report.html", render: renderHtml },
  json: { fileName: "report.json", render: (result) => `${JSON.stringify(buildReport(result), null, 2)}\n` },
  csv: { fileName: "report.csv", render: (result) => renderCsv(buildReport(result)) },
  md: { fileName: "report.md", render: (result) => renderMarkdown(buildReport(result)) },
};
