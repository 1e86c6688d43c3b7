/** The formats of a report: a new one is one entry here. */
import type { Result } from "../harness/core/result.ts";
import { renderCsv } from "./csv.ts";
import { renderHtml } from "./html/html.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";
import { buildReport } from "./model.ts";

export interface ReportFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Only HTML speaks of a baseline. */
type Renderer = (result: Result, baseline?: Result) => Promise<readonly ReportFile[]>;

const one =
  (name: string, render: (result: Result, baseline?: Result) => string | Promise<string>): Renderer =>
  async (result, baseline) => [{ name, content: await render(result, baseline) }];

export const renderers: Readonly<Record<string, Renderer>> = {
  html: one("report.html", renderHtml),
  json: one("report.json", (result, baseline) => `${JSON.stringify(buildReport(result, baseline), null, 2)}\n`),
  csv: one("report.csv", (result) => renderCsv(buildReport(result))),
  md: one("report.md", (result) => renderMarkdown(buildReport(result))),
  junit: one("report.junit.xml", (result) => renderJunit(buildReport(result))),
  // Loaded only when asked for: it brings a native library.
  png: async (result) => (await import("./png.ts")).renderPngs(result).map(({ name, bytes }) => ({ name, content: bytes })),
};
