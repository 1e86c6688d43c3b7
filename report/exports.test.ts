import { describe, expect, it } from "vitest";
import { csvField, renderCsv } from "./csv.ts";
import { escaped, renderMarkdown } from "./markdown.ts";
import { buildReport } from "./model.ts";
import { metricNames } from "../harness/core/metrics.ts";
import { renderers } from "./renderers.ts";
import { hostileText, syntheticResult, type SyntheticService } from "./testing/synthetic-result.ts";

const services: SyntheticService[] = [
  { id: "rust-production", language: "rust", slowness: 1, figures: { throughput: "bounded" } },
  { id: "go-production", language: "go", slowness: 1.3, status: "skipped" },
];
const render = async (format: string) => String((await renderers[format]?.(buildReport(result)))?.[0]?.content);
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
    expect(lines).toHaveLength(1 + 2 * metricNames.length);
    expect(lines[1]).toContain("rust-production,Rust,production,measured,throughput,ops/s,bounded,");
  });
});

it("csv calls nobody the best whom a bound may beat, or who is too close to another", () => {
  const compared = (...of: readonly SyntheticService[]) => {
    const [, ...lines] = renderCsv(buildReport(syntheticResult({ services: of }))).split("\r\n");
    return lines.filter((line) => line.includes(",throughput,")).map((line) => line.split(",")[14]);
  };
  const [rust, go] = [services[0], { id: "go-production", language: "go", slowness: 1.3 }] as const;
  if (rust === undefined) throw new Error("as built above");
  expect(compared(rust, go)).toEqual(["", "ranked"]);
  expect(compared({ ...rust, figures: {} }, go)).toEqual(["best", "behind"]);
  expect(compared({ ...rust, figures: {} }, { ...go, slowness: 1 })).toEqual(["too-close", "too-close"]);
});

describe("markdown", () => {
  it("explains the figures that stand in it, and no others", () => {
    const model = buildReport(
      syntheticResult({ services: [{ id: "a", language: "go", slowness: 1, figures: { p99: "void", p999: "void" } }] }),
    );
    const unshown = { ...model, footnotes: [...model.footnotes, { number: 99, reason: "Of another figure.", cure: "None." }] };
    expect(renderMarkdown(unshown)).toContain("\\[1\\] ");
    expect(renderMarkdown(unshown)).not.toContain("Of another figure");
  });

  it("makes no markup, mention or cell of a text", () => {
    expect(escaped("a|b <b> @you [x](y) `c`")).toBe("a\\|b &lt;b&gt; &#64;you \\[x\\]\\(y\\) \\`c\\`");
  });

  it("keeps each row on one line with the same number of cells", async () => {
    const blocks = (await render("md")).split("\n\n").filter((block) => block.startsWith("| "));
    const cells = blocks.map((block) => block.split("\n").map((row) => row.split(/(?<!\\)\|/).length));
    for (const widths of cells) expect(new Set(widths).size).toBe(1);
    // The figures, and the bill of what was measured, each with a head and a rule.
    expect(cells.map((widths) => widths.length)).toEqual([2 + 2, 2 + 1]);
  });

  it("holds the bill of each service with what it rests on, and how many claims of the articles hold", async () => {
    const text = await render("md");
    expect(text).toMatch(/^## What it costs\n\n.*50,000 operations\/s, p99 of 10 ms or less/m);
    expect(text).toMatch(/^\| (Rust|Go|Python|Java).* \| \d+ x c6g\.\w+ \| \$[\d,]+ \|/m);
    expect(text).toContain("- An estimate: scaled by vCPU");
    expect(text).toMatch(/Of what two articles claim: .*\d+ not testable here/);
  });
});

it("names a different file for each format and chart", async () => {
  const files = (await Promise.all(Object.values(renderers).map((render) => render(buildReport(result))))).flat();
  expect(files.length).toBeGreaterThan(Object.keys(renderers).length);
  expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
});

describe("junit", () => {
  it("passes what is valid, skips what is only a bound, fails what is void", async () => {
    const mixed = syntheticResult({
      services: [
        { id: "rust-production", language: "rust", slowness: 1, figures: { throughput: "bounded", p99: "void" } },
        { id: "go-production", language: "go", slowness: 1, status: "failed", reason: "It <broke>." },
      ],
    });
    const text = String((await renderers["junit"]?.(buildReport(mixed)))?.[0]?.content);
    expect(text).toContain('tests="8" failures="1" errors="1" skipped="1"');
    expect(text).toMatch(/name="throughput"><skipped message="The set-up ends.*<system-out>&gt;= [\d,]+ ops\/s/);
    expect(text).toMatch(/name="p99"><failure message="The generator was late/);
    expect(text).toContain('name="measured"><error message="Build failed: It &lt;broke&gt;. Read the log of the build."/>');
    expect(text).toMatch(/name="p50"><system-out>/);
  });

  it("makes no markup of a text", async () => {
    expect(await render("junit")).not.toMatch(/<img|<!--/);
  });
});

it("draws each chart of the page as a PNG", async () => {
  const files = (await renderers["png"]?.(buildReport(result))) ?? [];
  expect(files.map(({ name }) => name)).toEqual([
    "throughput-mixed-70-30-2000.png",
    "latency-mixed-70-30-2000.png",
    "memory-mixed-70-30-2000.png",
    "cpu-mixed-70-30-2000.png",
    "cold-start.png",
  ]);
  for (const { content } of files) expect(Buffer.from(content).subarray(1, 4).toString()).toBe("PNG");
});

it("renders json that holds the model", async () => {
  expect(JSON.parse(await render("json"))).toMatchObject({ tables: [{ offeredRatePerS: 2_000 }] });
});
