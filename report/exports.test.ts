import { describe, expect, it } from "vitest";
import { csvField } from "./csv.ts";
import { escaped } from "./markdown.ts";
import { renderers } from "./renderers.ts";
import { hostileText, syntheticResult, type SyntheticService } from "./testing/synthetic-result.ts";

const services: SyntheticService[] = [
  { id: "rust-production", language: "rust", slowness: 1, figures: { throughput: "bounded" } },
  { id: "go-production", language: "go", slowness: 1.3, status: "skipped" },
];
const render = async (format: string) => (await renderers[format]?.render(result)) ?? "";
const result = syntheticResult({ services, text: hostileText });

describe("csv", () => {
  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"])("keeps %j from being a formula", (text) => {
    expect(csvField(text)).toMatch(/^"'/);
  });

  it("quotes commas and quotes", () => {
    expect(csvField('a,"b"')).toBe('"a,""b"""');
  });

  it("has a line for each figure, and as many fields in each", async () => {
    const lines = (await render("csv")).trimEnd().split("\r\n");
    expect(lines).toHaveLength(1 + 2 * 21);
    expect(lines[1]).toContain("rust-production,Rust,production,measured,throughput,ops/s,bounded,");
  });
});

describe("markdown", () => {
  it("makes no markup, mention or cell of a text", () => {
    expect(escaped("a|b <b> @you [x](y) `c`")).toBe("a\\|b &lt;b&gt; &#64;you \\[x\\]\\(y\\) \\`c\\`");
  });

  it("keeps each row on one line with the same number of cells", async () => {
    const rows = (await render("md")).split("\n").filter((line) => line.startsWith("| "));
    expect(new Set(rows.map((row) => row.split(/(?<!\\)\|/).length)).size).toBe(1);
    expect(rows).toHaveLength(2 + 2);
  });
});

it("names a different file for each format", () => {
  expect(new Set(Object.values(renderers).map(({ fileName }) => fileName)).size).toBe(4);
});

it("renders json that holds the model", async () => {
  expect(JSON.parse(await render("json"))).toMatchObject({ tables: [{ offeredRatePerS: 2_000 }] });
});
