import { describe, expect, it } from "vitest";
import type { MetricName } from "../harness/core/metrics.ts";
import { buildReport } from "./model.ts";
import { hostileText, inRealTime, syntheticResult, type SyntheticService } from "./testing/synthetic-result.ts";
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
      /^Rust has the highest throughput \([\d.–]+ times that of Go and [\d.–]+ times that of Python\), the lowest p99 at 2,000 requests\/s \(Go [\d.–]+ and Python [\d.–]+ times that\) and the lowest memory/,
    );
  });

  it("says too close to call where an interval of a ratio includes 1", () => {
    const { verdict } = report([rust, { ...go, slowness: 1.0 }, python]);
    expect(verdict).toMatch(/^Rust and Go are too close to call on throughput /);
    expect(verdict).toMatch(/too close to call on p99 at 2,000 requests\/s \(Python [\d.–]+ times that of (Rust|Go)\)/);
    expect(verdict).not.toContain("has the lowest p99");
  });

  it("names no winner of throughput where one may be faster than its bound", () => {
    const { verdict } = report([{ ...rust, figures: { throughput: "bounded" } }, go, python]);
    expect(verdict).toContain("The set-up reached its limit before Rust, so throughput names no winner");
    expect(verdict).not.toContain("highest throughput");
    expect(verdict).toContain("Rust has the lowest processor time per operation");
  });

  it("says who has no valid figure", () => {
    expect(report([rust, { ...go, figures: { p99: "void" } }, python]).verdict).toContain("; no valid figure for Go)");
  });

  it("says so where nobody has one", () => {
    const without = [rust, go].map((service) => ({ ...service, figures: { p99: "void" as const } }));
    expect(report(without).verdict).toContain("Nobody has a valid p99 at 2,000 requests/s.");
  });

  it("claims nothing about a service with too few launches", () => {
    const { verdict } = report([rust, go, { ...python, launches: 4 }]);
    expect(verdict).toContain("; no claim about Python)");
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
    expect(report([rust, go, tuned]).verdict).toMatch(
      /^Of the production variants: Rust has the highest throughput \([\d.–]+ times that of Go\)/,
    );
  });

  it("says which scenario it speaks of where there are several: mixed, or the first", () => {
    expect(report([rust, go], { scenarios: ["l1-hot", "mixed"] }).verdict).toMatch(/^In mixed, one of 2 scenarios: Rust has/);
    expect(report([rust, go], { scenarios: ["l1-hot", "write-heavy"] }).verdict).toMatch(/^In l1-hot, one of 2 scenarios: Rust has/);
  });
});

describe("ranking", () => {
  const article: SyntheticService = { id: "go-article", language: "go", variant: "article", slowness: 0.5 };

  it("keeps the articles' shape among itself", () => {
    const model = report([rust, go, article, { ...article, id: "rust-article", language: "rust", slowness: 0.7 }]);
    expect(cell(model, "rust-production", "throughput").comparison).toEqual({ kind: "best", standing: "clear" });
    expect(cell(model, "go-article", "throughput").comparison).toEqual({ kind: "best", standing: "clear" });
    expect(cell(model, "rust-article", "throughput").comparison).toMatchObject({ kind: "behind" });
  });

  it("leaves out a service that failed checks, and says so", () => {
    const model = report([rust, { ...go, slowness: 0.5, failedChecks: ["round-trip"] }, python]);
    expect(cell(model, "go-production", "throughput").comparison).toBeNull();
    expect(cell(model, "rust-production", "throughput").comparison).toEqual({ kind: "best", standing: "clear" });
    expect(model.verdict).not.toContain("Go");
    expect(model.footnotes[0]?.reason).toContain("Go-production failed checks (round-trip)");
    expect(model.command).toContain(" --allow-nonconforming");
  });

  it("names every set that is too close to call, not only those at the top", () => {
    const [table] = report([rust, { ...go, slowness: 5 }, python]).tables;
    expect(table?.ties.find(({ metric }) => metric === "p50")?.sets).toEqual([["Go", "Python"]]);
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

  it("ends where the load agent sent so late that it shows", () => {
    const result = syntheticResult({ services: [rust] });
    const last = () => buildReport(result).tables[0]?.charts.latency[0]?.points.at(-1)?.quantile ?? 0;
    const before = last();
    for (const { outcome } of result.trials) {
      if (outcome.kind !== "measured" || outcome.loadPoints[0] === undefined) throw new Error("every trial is measured");
      const { load } = outcome.loadPoints[0];
      // As late as the answers themselves: no percentile stands.
      load.scheduleLagUs = load.operations.get.responseTimeUs;
    }
    expect(before).toBeGreaterThan(0.99);
    expect(last()).toBe(0);
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

it("gives every option that the run was not given by its preset", () => {
  const result = syntheticResult({ services: [rust], seed: 7 });
  const settings = { ...result.plan.settings, openLoopMs: 3_000, closedLoopMs: 3_000, connections: 50 };
  const changed = { ...result, plan: { ...result.plan, settings }, redis: { ...result.redis, source: "a server given by --redis" } };
  expect(buildReport(changed).command).toBe(
    "npx cache-bench run --implementations rust-production --scenarios mixed-70-30 --preset quick --engine socket --redis redis://HOST:6379 --rounds 6 --duration 3 --connections 50 --seed 7",
  );
});

it("prints sizes in KB as soon as one of a column lies below 1 MB", () => {
  const model = report([{ ...rust, slowness: 0.05 }, go]);
  const [table] = model.tables;
  expect(table?.columns.find(({ metric }) => metric === "artifact")?.unit).toBe("KB");
  expect(cell(model, "rust-production", "artifact").text).toBe("400");
  expect(cell(model, "go-production", "artifact").text).toBe("10,400");
});

it("does not call a figure the lowest of all where another, which might be lower, is void", () => {
  const cards = report([{ ...rust, figures: { p99: "void" } }, go, python]).cards;
  expect(cards.find(({ title }) => title.includes("p99"))).toMatchObject({
    title: "lowest valid p99",
    detail: expect.stringContaining("void: Rust"),
  });
  expect(cards.find(({ title }) => title.includes("RSS"))?.title).toBe("lowest RSS");
});

describe("the grade", () => {
  it("is at best B where idle processors could fall asleep, which the facts tell too; not where nobody recorded it", () => {
    const result = syntheticResult({ services: [rust, go] });
    const scheduled = (keptAwake: boolean) => {
      const trials = keptAwake ? inRealTime(result.trials, 5_000) : result.trials;
      const model = buildReport({ ...result, machine: { ...result.machine, keptAwake }, trials });
      const sentences = model.grade.reasons.map(({ sentence }) => sentence).filter((sentence) => sentence.includes("asleep"));
      return [model.facts.find(({ label }) => label === "Quiet")?.value, sentences.length];
    };
    expect(scheduled(true)).toEqual(["idle processors kept awake; load agents in real time in the open loop", 0]);
    expect(scheduled(false)).toEqual(["idle processors may fall asleep; load agents at usual priority in the open loop", 1]);
    expect(buildReport(result).facts.map(({ label }) => label)).not.toContain("Quiet");
  });

  it("is at best B where processors were taken away for so long that it shows in the times, before or after; the facts tell the worst", () => {
    const result = syntheticResult({ services: [rust, go] });
    const seen = (cpu: number, meanDelayUs: number) => ({ cpu, perS: 4, longestUs: 6_300, meanDelayUs });
    const told = (after: number) => {
      const model = buildReport({ ...result, interruptions: { before: [seen(0, 8), seen(1, 12)], after: [seen(0, after)] } });
      const reasons = model.grade.reasons.filter(({ sentence }) => sentence.includes("took processors away"));
      return [model.facts.find(({ label }) => label === "Noise")?.value, reasons.map(({ letter }) => letter)];
    };
    const unknown = buildReport({ ...result, interruptions: { before: [seen(0, 80)], after: [] } });
    expect(unknown.facts.find(({ label }) => label === "Noise")?.value).toMatch(/^not known/);
    expect(told(9)).toEqual([expect.stringMatching(/^processor 1 was taken away .* 4\.0 times a second .* 6\.3 ms at most: .* 12 us/), []]);
    expect(told(50)).toEqual([expect.stringMatching(/^processor 0 .* 50 us/), ["B"]]);
    expect(buildReport(result).facts.map(({ label }) => label)).not.toContain("Noise");
  });

  it("tells where the two load engines do not agree about a service", () => {
    const witness = { implementation: "rust-production", scenario: "mixed-70-30", readings: [] };
    const result = syntheticResult({ services: [rust, go] });
    const grade = (disagreements: string[]) => buildReport({ ...result, witnesses: [{ ...witness, disagreements }] }).grade.reasons;
    expect(grade(["socket sent 2 requests and the service counted 1"])).toContainEqual({
      letter: "C",
      sentence: "The two load engines do not agree about rust-production: socket sent 2 requests and the service counted 1.",
    });
    expect(grade([])).toEqual(buildReport(result).grade.reasons);
  });

  it("tells where launches found different shares of the keys in L1", () => {
    const result = syntheticResult({ services: [rust, go] });
    const reasons = (high: number) => {
      const hitRatio = { verdict: "valid", value: 0.8, interval: { kind: "range", low: 0.79, high }, launches: 6 } as const;
      const cells = result.cells.map((cell) => ({ ...cell, figures: { ...cell.figures, hitRatio } }));
      return buildReport({ ...result, cells }).grade.reasons.map(({ sentence }) => sentence);
    };
    expect(reasons(0.809).join()).not.toContain("hit ratio");
    expect(reasons(0.812)).toContain(
      "The L1 hit ratio differs between launches by more than 2 points in 2 of 2 cells, most for rust-production in mixed-70-30 at 2000/s: 79.0 to 81.2 %.",
    );
  });

  it("is D below six launches, and A where nothing weakens the figures", () => {
    expect(report([rust, go], { launches: 3 }).grade).toMatchObject({ letter: "D" });
    const result = syntheticResult({ services: [rust, go] });
    const apart = { ...result, plan: { ...result.plan, topology: { ...result.plan.topology, disjoint: true } } };
    expect(buildReport(apart).grade).toMatchObject({ letter: "A", reasons: [] });
  });

  it("is the worst of its reasons, which stand first", () => {
    const { grade } = report([{ ...rust, figures: { throughput: "bounded" } }, go]);
    expect([grade.letter, ...grade.reasons.map(({ letter }) => letter)]).toEqual(["C", "C", "B"]);
  });
});

it("speaks of a baseline only when one is given", () => {
  const before = syntheticResult({ services: [rust, go] });
  const after = syntheticResult({ services: [{ ...rust, slowness: 1.5 }, go] });
  expect(buildReport(after).baseline).toBeNull();
  const figures = buildReport(after, { baseline: before }).baseline?.cells[0]?.figures;
  expect(figures?.find(({ metric }) => metric === "p99")?.verdict).toMatchObject({ kind: "changed" });
});

describe("response time against load", () => {
  it("is drawn where several rates were offered, once for a scenario", () => {
    expect(report([rust]).tables[0]?.charts.load).toEqual([]);
    const { tables } = report([rust], { rates: [1_000, 2_000] });
    expect(tables.map(({ charts }) => [charts.load.length, charts.throughput.length])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(tables[0]?.charts.load[0]?.points.map(({ offeredRatePerS }) => offeredRatePerS)).toEqual([1_000, 2_000]);
  });

  it("holds the shares of each service's own capacity too, but for those that are void", () => {
    const [line] =
      report([{ ...rust, figures: { p99At90: "void" } }], { capacityShares: [0.25, 0.5, 0.75, 0.9] }).tables[0]?.charts.load ?? [];
    expect(line?.points.map(({ capacityShare }) => capacityShare)).toEqual([null, 0.25, 0.5, 0.75]);
    expect(line?.points[1]).toMatchObject({ offeredRatePerS: 30_000, p50Ms: null, p99Ms: expect.closeTo(1.2, 0), launches: 6 });
  });
});
