/** The formats of a gate's result: a new one is one entry here. */
import type { ReportFile } from "../../report/renderers.ts";
import { gateJunit } from "./junit.ts";
import { gateMarkdown } from "./markdown.ts";
import type { GateReport } from "./show.ts";
import { actionBenchmarks, bencherMetrics } from "./trend-formats.ts";

type Renderer = (report: GateReport) => readonly ReportFile[];

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export const gateFormats: Readonly<Record<string, Renderer>> = {
  json: (report) => [{ name: "gate.json", content: json(report) }],
  junit: (report) => [{ name: "gate.junit.xml", content: gateJunit(report) }],
  md: (report) => [{ name: "gate.md", content: gateMarkdown(report) }],
  // github-action-benchmark refuses a file without entries, so there is none where nothing was measured.
  "action-benchmark": (report) =>
    [
      { name: "gate.bigger.json", entries: actionBenchmarks(report, "higher") },
      { name: "gate.smaller.json", entries: actionBenchmarks(report, "lower") },
    ].flatMap(({ name, entries }) => (entries.length === 0 ? [] : [{ name, content: json(entries) }])),
  bmf: (report) => [{ name: "gate.bmf.json", content: json(bencherMetrics(report)) }],
};
