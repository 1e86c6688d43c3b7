import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { buildReport } from "./model.ts";
import { renderTerminal } from "./terminal.ts";
import { hostileText, syntheticResult, type SyntheticService } from "./testing/synthetic-result.ts";

const services: SyntheticService[] = [
  { id: "rust-production", language: "rust", slowness: 1, figures: { throughput: "bounded" } },
  { id: "go-production", language: "go", slowness: 1.02 },
  { id: "python-production", language: "python", slowness: 5, figures: { p99: "void" }, launches: 4 },
  { id: "java-production", language: "java", slowness: 2, status: "skipped", reason: "No JDK." },
  { id: "long", language: "a".repeat(31), slowness: 9 },
];
const model = buildReport(syntheticResult({ services }));
const hostile = buildReport(syntheticResult({ services, text: hostileText }));

describe("the terminal report", () => {
  it.each([40, 60, 80, 100, 160])("has no line longer than %i columns", (columns) => {
    for (const report of [model, hostile]) {
      const lines = stripVTControlCharacters(renderTerminal(report, { columns, colour: true })).split("\n");
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
    }
  });

  it("begins with the sentence", () => {
    expect(renderTerminal(model, { columns: 2_000, colour: false }).split("\n")[0]).toBe(model.verdict);
  });

  it("holds every figure and footnote at 80 columns", () => {
    const text = renderTerminal(model, { columns: 80, colour: false });
    const [table] = model.tables;
    for (const row of table?.rows ?? []) {
      for (const { metric } of table?.columns ?? []) expect(text).toContain(row.cells[metric].text);
    }
    expect(text).toContain(">= 1");
    expect(text).toContain("skipped[3]");
    expect(text).toContain("[3] No JDK.");
  });

  it("names each bill, and how many claims of the articles hold", () => {
    const text = renderTerminal(model, { columns: 2_000, colour: false });
    expect(text).toMatch(/^Cost +.*Go \$[\d,]+ a month; .*\(50,000 operations\/s, .*an estimate; cache-bench cost /m);
    expect(text).toMatch(/^Articles +.*\d+ not testable here/m);
  });

  it("says why there is no bill", () => {
    const unknown = syntheticResult({ services: [{ id: "go", language: "go", slowness: 1, figures: { throughput: "void" } }] });
    expect(renderTerminal(buildReport(unknown), { columns: 2_000, colour: false })).toMatch(/^Cost +\S+ no bill: \w{2,}/m);
  });

  it("explains what stands in it and nothing that only the page shows", () => {
    const report = buildReport(
      syntheticResult({ services: [{ id: "go", language: "go", slowness: 1, figures: { p99: "void", p999: "bounded" } }] }),
    );
    expect(report.footnotes).toHaveLength(2);
    const text = renderTerminal(report, { columns: 200, colour: false });
    expect(text.match(/^\[\d+\]/gm)).toHaveLength(1);
    expect(text).toContain("generator was late");
  });

  it("says the same with colours and without", () => {
    const plain = renderTerminal(model, { columns: 80, colour: false });
    const coloured = renderTerminal(model, { columns: 80, colour: true });
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  it("sends no control character to the terminal when colour is off, whatever a result holds", () => {
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(renderTerminal(hostile, { columns: 80, colour: false })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
  });
});
