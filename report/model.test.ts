import { describe, expect, it } from "vitest";
import type { MetricName } from "../harness/core/metrics.ts";
import { buildReport } from "./model.ts";
import { hostileText, syntheticResult, type SyntheticService } from "./testing/synthetic-result.ts";
import { nothingValid } from "./verdict.ts";

const rust: SyntheticService = { id: "rust-production", language: "rust", slowness: 1 };
const go: SyntheticService = { id: "go-production", language: "go", slowness: 1.3 };
const python: SyntheticService = { id: "python-production", language: "python", slowness: 5 };

const report = (services: SyntheticService[], options = {}) => buildReport(syntheticResult({ services, ...options }));

function cell(model: ReturnType<typeof buildReport>, implementation: string, metric: MetricName) {
  const row = model.tables[0]?.rows.find((candidate) => candidate.implementation === implementation);
  if (!row) throw new Error(`no row for ${implementation}`);
  return row.cells[metric];
}

describe("the verdict", () => {
  it("names the best with the interval of each ratio where the figures are apart", () => {
    expect(report([rust, go, python]).verdict).toMatch(
      /^Rust has the highest throughput \(Rust: [\d.–]+ times that of Go and [\d.–]+ times that of Python\); Rust has the lowest p99 at 2,000 requests\/s \(Go [\d.–]+ and Python [\d.–]+ times that of Rust\)\. Rust has the lowest memory/,
    );
  });

  it("says too close to call where an interval of a ratio includes 1", () => {
    const { verdict } = report([rust, { ...go, slowness: 1.0 }, python]);
    expect(verdict).toContain("too close to call on p99");
    expect(verdict).not.toContain("has the lowest p99");
  });

  it("names no winner of throughput where one may be faster than its bound", () => {
    const { verdict } = report([{ ...rust, figures: { throughput: "bounded" } }, go, python]);
    expect(verdict).toContain("The set-up reached its limit before Rust, so throughput names no winner");
    expect(verdict).not.toContain("highest throughput");
    expect(verdict).toContain("Rust has the lowest processor time per operation");
  });

  it("says who has no valid figure", () => {
    expect(report([rust, { ...go, figures: { p99: "void" } }, python]).verdict).toContain("with no valid figure for Go");
  });

  it("claims nothing about a service with too few launches", () => {
    const { verdict } = report([rust, go, { ...python, launches: 4 }]);
    expect(verdict).toContain("with no claim about Python");
    expect(verdict).not.toMatch(/times that of Python/);
  });

  it("claims no difference below six launches", () => {
    expect(report([rust, go], { launches: 3 }).verdict).toBe(
      "With 3 launches of a service this run claims no difference between languages: that takes 6 launches or more.",
    );
  });

  it("compares nothing where one implementation was measured", () => {
    expect(report([rust, { ...go, status: "skipped" }]).verdict).toMatch(
      /^Only Rust has figures \(.*\), so there is nothing to compare it with\.$/,
    );
  });

  it("says that nothing was valid", () => {
    const all: SyntheticService["figures"] = { throughput: "void", p99: "void", cpuPerOperation: "void", rssLoad: "void" };
    expect(report([{ ...rust, figures: all }]).verdict).toBe(nothingValid);
    expect(report([]).verdict).toBe(nothingValid);
  });

  it("says that bounds alone rank nobody", () => {
    const all: SyntheticService["figures"] = { throughput: "bounded", p99: "bounded", cpuPerOperation: "bounded", rssLoad: "bounded" };
    expect(
      report([
        { ...rust, figures: all },
        { ...go, figures: all },
      ]).verdict,
    ).toContain("so none is ranked");
  });

  it("judges production variants among themselves where there are several", () => {
    const tuned: SyntheticService = { id: "go-tuned", language: "go", variant: "tuned", slowness: 0.5 };
    expect(report([rust, go, tuned]).verdict).toMatch(/^Rust has the highest throughput \(Rust: [\d.–]+ times that of Go production\)/);
  });
});

describe("a cell", () => {
  it("that is bounded is a lower bound with a footnote, and ranked nowhere", () => {
    const model = report([{ ...rust, figures: { throughput: "bounded" } }, go]);
    expect(cell(model, "rust-production", "throughput")).toMatchObject({ verdict: "bounded", comparison: null, footnotes: [1] });
    expect(cell(model, "go-production", "throughput").comparison).toEqual({ kind: "best", standing: "ranked" });
  });

  it("that is void has no number", () => {
    const model = report([{ ...rust, figures: { p99: "void" } }, go]);
    expect(cell(model, "rust-production", "p99")).toMatchObject({ verdict: "void", text: "", raw: null, footnotes: [1] });
    expect(cell(model, "go-production", "p99").comparison).toEqual({ kind: "alone" });
  });

  it("that is too close to the best shares its place", () => {
    const model = report([rust, { ...go, slowness: 1 }]);
    const kinds = ["rust-production", "go-production"].map((id) => cell(model, id, "p50").comparison);
    expect(kinds).toContainEqual({ kind: "best", standing: "shared" });
    expect(kinds.map((comparison) => comparison?.kind)).toContain("too-close");
  });
});

describe("a row", () => {
  it("says that it is void only in part where other figures stand", () => {
    const [table] = report([{ ...rust, figures: { p99: "void" } }, go]).tables;
    expect(table?.rows.map(({ validity }) => validity)).toEqual(["partly void", "valid"]);
  });
});

describe("a table", () => {
  it("has a row with a reason for each implementation that was not measured, below the others", () => {
    const model = report([
      { ...go, status: "skipped", reason: "Go is missing." },
      rust,
      { ...python, status: "failed", reason: "It broke." },
    ]);
    expect(model.tables[0]?.rows.map((row) => [row.implementation, row.status])).toEqual([
      ["rust-production", "measured"],
      ["go-production", "skipped"],
      ["python-production", "failed"],
    ]);
    expect(model.footnotes.map(({ reason }) => reason)).toEqual(["Go is missing.", "Build failed: It broke."]);
  });

  it("cites the same reason once", () => {
    const figures = { throughput: "bounded" } as const;
    expect(
      report([
        { ...rust, figures },
        { ...go, figures },
      ]).footnotes,
    ).toHaveLength(1);
  });

  it("stands for each scenario", () => {
    expect(report([rust, go], { scenarios: ["mixed-70-30", "l1-hot"] }).tables.map(({ id }) => id)).toEqual([
      "mixed-70-30-2000",
      "l1-hot-2000",
    ]);
  });
});

describe("the latency curve", () => {
  it("ends where fewer than 100 samples lie beyond", () => {
    const line = report([rust]).tables[0]?.charts.latency[0];
    expect(line?.samples).toBe(18_000);
    expect((1 - (line?.points.at(-1)?.quantile ?? 0)) * 18_000).toBeCloseTo(100);
  });

  it("leaves out launches that broke a gate", () => {
    const result = syntheticResult({ services: [rust] });
    const [first] = result.trials;
    if (first?.outcome.kind !== "measured") throw new Error("the first trial is measured");
    first.outcome.findings.push({ gate: "lag", severity: "void", loadPoint: 0, sentence: "Late.", cure: "Wait." });
    expect(buildReport(result).tables[0]?.charts.latency[0]?.launches).toBe(5);
  });
});

it("holds no control character, whatever the result holds", () => {
  const model = report(
    [
      { ...rust, figures: { p99: "void" } },
      { ...go, status: "skipped" },
    ],
    { text: hostileText },
  );
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  expect(JSON.stringify(model)).not.toMatch(/\\u001b|\\n|[\u0000-\u001f\u202e]/);
  expect(model.runId).toContain(String.raw`\u{1b}[31m\u{a}`);
});

it("gives the command that measures this again, quoted for a shell", () => {
  const result = syntheticResult({ services: [rust] });
  const hostile = { ...result, plan: { ...result.plan, scenarios: ["a; rm -rf 'x'"] } };
  expect(buildReport(hostile).command).toContain(String.raw`--scenarios 'a; rm -rf '\''x'\'''`);
});
