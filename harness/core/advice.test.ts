import { describe, expect, it } from "vitest";
import { buildReport } from "../../report/model.ts";
import { syntheticResult, type SyntheticService } from "../../report/testing/synthetic-result.ts";

const rust: SyntheticService = { id: "rust-production", language: "rust", slowness: 1 };
const go: SyntheticService = { id: "go-production", language: "go", slowness: 2 };
const python: SyntheticService = { id: "python-production", language: "python", slowness: 6 };

const report = (services: SyntheticService[], launches = 6) => buildReport(syntheticResult({ services, launches }));
const advice = (services: SyntheticService[], id: string, launches = 6) => report(services, launches).advice.find((one) => one.id === id);

describe("advice", () => {
  it("names the language that the figures name, with the ratios it rests on", () => {
    expect(advice([rust, go, python], "memory")).toMatchObject({
      answer: "Rust",
      agreement: "agrees",
      evidence: [expect.stringMatching(/^PSS: Rust lowest; Go [\d.]+ to [\d.]+ times; Python [\d.]+ to [\d.]+ times\.$/)],
    });
    expect(advice([rust, go, python], "efficiency")).toMatchObject({ answer: "Rust", agreement: "differs" });
  });

  it("names all whom no difference of 10 % or more sets apart", () => {
    expect(advice([rust, { ...go, slowness: 1.03 }, python], "memory")?.answer).toBe("Rust or Go: no difference that decides");
  });

  it("names nobody below six launches, without a valid figure, or with one service", () => {
    expect(advice([rust, go], "tail", 3)).toMatchObject({
      answer: null,
      agreement: "open",
      evidence: [expect.stringContaining("too few launches"), expect.anything()],
    });
    expect(advice([{ ...rust, figures: { pssLoad: "void" } }, go], "memory")).toMatchObject({
      answer: null,
      evidence: ["PSS: only Go has a valid figure."],
    });
    expect(advice([rust], "memory")?.answer).toBeNull();
  });

  it("leaves to the team what no figure speaks of", () => {
    expect(advice([rust, go], "expertise")).toMatchObject({ answer: null, evidence: [expect.stringMatching(/^Opinion/)] });
  });

  it("says up to which load the bill is the same for all", () => {
    // p99 is known at 2,000/s on one CPU, however much more each could carry: two instances of one vCPU at 70 %.
    expect(advice([rust, { ...python, slowness: 5 }], "effort")?.answer).toBe("any of them, up to about 2,800 ops/s");
    expect(advice([rust, { ...python, figures: { p99: "void" } }], "effort")?.answer).toBeNull();
    expect(advice([rust, { ...python, slowness: 9 }], "effort")).toMatchObject({
      answer: null,
      evidence: [expect.stringContaining("p99 of 10 ms")],
    });
  });
});

describe("the way to migrate", () => {
  it("rests on the checks that each service passed, and names those that failed", () => {
    const { migration } = report([rust, python, { ...go, failedChecks: ["redis-bytes"] }]);
    expect(migration.compatibility).toContain("passed by rust-production, python-production:");
    expect(migration.compatibility).toContain("go-production failed redis-bytes: do not rely on it");
    expect(report([rust, { ...go, status: "skipped" }]).migration.compatibility).toMatch(/shows nothing/);
  });

  it("has a gate at every step, and the limits that this run measured", () => {
    const { migration } = report([rust, { ...go, figures: { p99: "void" } }]);
    expect(migration.steps.every(({ gate }) => gate.length > 10)).toBe(true);
    expect(migration.limits.map(({ name, p99Us }) => [name, p99Us !== null])).toEqual([
      ["Rust", true],
      ["Go", false],
    ]);
  });
});
