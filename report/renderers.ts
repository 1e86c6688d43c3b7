/** The formats of a report: a new one is one entry here. */
import { renderCsv } from "./csv.ts";
import { renderHtml } from "./html/html.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";
import type { ReportModel } from "./model-types.ts";

export interface ReportFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

type Renderer = (model: ReportModel) => Promise<readonly ReportFile[]>;

const one =
  (name: string, render: (model: ReportModel) => string | Promise<string>): Renderer =>
  async (model) => [{ name, content: await render(model) }];

export const renderers: Readonly<Record<string, Renderer>> = {
  html: one("report.html", renderHtml),
  json: one("report.json", (model) => `${JSON.stringify(model, null, 2)}\n`),
  csv: one("report.csv", renderCsv),
  md: one("report.md", renderMarkdown),
  junit: one("report.junit.xml", renderJunit),
  // Loaded only when asked for: it brings a native library.
  png: async (model) => (await import("./png.ts")).renderPngs(model).map(({ name, bytes }) => ({ name, content: bytes })),
};
