import { expect, test } from "vitest";
import { syntheticResult } from "../../report/testing/synthetic-result.ts";
import { testArticles } from "./claims.ts";
import type { Cell, Result } from "./result.ts";
import { estimate } from "./statistics.ts";

/** p50 of each service in each scenario, us; launches differ by 1 %. */
function run(p50: Readonly<Record<string, Readonly<Record<string, number>>>>, launches = 6): Result {
  const scenarios = ["l2-heavy", "redis-distant"];
  const services = Object.keys(p50["l2-heavy"] ?? {}).map((id) => ({ id, language: id.split("-")[0] ?? "", slowness: 1 }));
  const result = syntheticResult({ services, scenarios, launches });
  const cells = result.cells.map((cell): Cell => {
    const value = p50[cell.scenario]?.[cell.implementation] ?? 0;
    const perLaunch = Array.from({ length: launches }, (_, index) => value * (1 + 0.01 * (index - (launches - 1) / 2)));
    return { ...cell, figures: { ...cell.figures, p50: { verdict: "valid", ...estimate(perLaunch) } } };
  });
  return { ...result, cells };
}

function claim(result: Result) {
  const claims = testArticles(result).groups.flatMap((group) => group.claims);
  return claims.find(({ id }) => id === "redis-dominates");
}

const near = { "rust-production": 200, "go-production": 300, "python-production": 1_000 };
const far = { "rust-production": 800, "go-production": 900, "python-production": 1_600 };

test("a gap that the distance of Redis narrows bears the sentence out", () => {
  expect(claim(run({ "l2-heavy": near, "redis-distant": far }))).toMatchObject({
    verdict: "same order",
    ours: expect.stringMatching(/^p50 of Python by that of Rust: 5x \(.*\) with Redis near, 2x \(.*\) with Redis .* ms away$/),
  });
});

test("a gap that stays or grows does not", () => {
  expect(claim(run({ "l2-heavy": near, "redis-distant": near }))).toMatchObject({
    verdict: "not reproduced",
    reason: expect.stringContaining("too close to call"),
  });
  expect(claim(run({ "l2-heavy": far, "redis-distant": near }))).toMatchObject({
    verdict: "not reproduced",
    reason: expect.stringContaining("wider"),
  });
});

test("few launches, one language or one of the scenarios allow no verdict", () => {
  expect(claim(run({ "l2-heavy": near, "redis-distant": far }, 3))).toMatchObject({ verdict: "not testable here", ours: null });
  const alone = { "rust-production": 200 };
  expect(claim(run({ "l2-heavy": alone, "redis-distant": alone }))?.reason).toContain("with two languages answers it");
});
