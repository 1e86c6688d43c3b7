import { describe, expect, it } from "vitest";
import { syntheticResult, type SyntheticService } from "../../report/testing/synthetic-result.ts";
import { articleFigures } from "./claims-article.ts";
import { type Claim, testArticles } from "./claims.ts";
import type { MetricName } from "./metrics.ts";
import type { Cell, Result } from "./result.ts";
import { estimate } from "./statistics.ts";

type Language = keyof typeof articleFigures;
const units: Readonly<Record<string, readonly [keyof (typeof articleFigures)["go"], number]>> = {
  throughput: ["throughputOpsPerS", 1],
  p50: ["p50Ms", 1_000],
  p99: ["p99Ms", 1_000],
  rssLoad: ["rssMb", 1e6],
  artifact: ["artifactMb", 1e6],
  coldStart: ["coldStartMs", 1],
};

const services: SyntheticService[] = (["python", "go", "rust"] as const).map((language) => ({
  id: `${language}-article`,
  language,
  variant: "article",
  slowness: 1,
}));

/** A run whose figures are the articles' own, but for what is changed; six launches that differ by 1 %. */
function run(change: Partial<Record<Language, Partial<Record<MetricName, number>>>> = {}, launches = 6): Result {
  const result = syntheticResult({ services, scenarios: ["article-70-30"], launches });
  const cells = result.cells.map((cell): Cell => {
    const language = cell.implementation.split("-")[0] as Language;
    const figures = Object.entries(units).map(([metric, [field, scale]]) => {
      const value = (articleFigures[language][field] ?? 100) * scale * (change[language]?.[metric as MetricName] ?? 1);
      const perLaunch = Array.from({ length: launches }, (_, index) => value * (1 + 0.01 * (index - (launches - 1) / 2)));
      return [metric, { verdict: "valid", ...estimate(perLaunch) }] as const;
    });
    return { ...cell, figures: { ...cell.figures, ...Object.fromEntries(figures) } };
  });
  return { ...result, cells };
}

function claim(result: Result, id: string): Claim {
  const found = testArticles(result)
    .groups.flatMap(({ claims }) => claims)
    .find((one) => one.id === id);
  if (!found) throw new Error(`no claim ${id}`);
  return found;
}

describe("a figure of the articles", () => {
  it("is reproduced when the whole interval lies within 25 %", () => {
    expect(claim(run(), "go-p99")).toMatchObject({ verdict: "reproduced", theirs: "3.2 ms" });
    expect(claim(run({ go: { p99: 1.2 } }), "go-p99").verdict).toBe("reproduced");
  });

  it("is of the same order when its magnitude and rank hold", () => {
    expect(claim(run({ go: { rssLoad: 1.5 } }), "go-rssLoad").verdict).toBe("same order");
  });

  it("is not reproduced when the languages rank otherwise, or it lies more than half a decade away", () => {
    const ranked = claim(run({ rust: { p99: 2 } }), "rust-p99");
    expect([ranked.verdict, ranked.reason]).toEqual(["not reproduced", expect.stringContaining("does not rank against Go as they say")]);
    expect(claim(run({ rust: { coldStart: 0.2 } }), "rust-coldStart").verdict).toBe("not reproduced");
  });

  it("cannot be tested below six launches, or where the run has no article variant, and says how it could", () => {
    expect(claim(run({}, 4), "go-p99")).toMatchObject({ verdict: "not testable here", reason: expect.stringContaining("4 launches") });
    const without = syntheticResult({ services: [{ id: "go-production", language: "go", slowness: 1 }] });
    expect(claim(without, "go-p99").reason).toContain(
      "cache-bench run --scenarios article-70-30 --implementations python-article,go-article,rust-article",
    );
    expect(
      testArticles(without)
        .groups.flatMap(({ claims }) => claims)
        .filter(({ verdict }) => verdict === "reproduced"),
    ).toEqual([]);
  });

  it("cannot be tested by a lower bound, unless the bound is already far above", () => {
    const bounded = (value: number): Result => {
      const result = run();
      const cells = result.cells.map((cell) => ({
        ...cell,
        figures: {
          ...cell.figures,
          throughput: { verdict: "bounded" as const, value, interval: null, launches: 6, reason: "the set-up ended", cure: "-" },
        },
      }));
      return { ...result, cells };
    };
    expect(claim(bounded(20_000), "python-throughput").verdict).toBe("not testable here");
    expect(claim(bounded(90_000), "python-throughput").verdict).toBe("not reproduced");
  });
});

describe("a ratio between languages", () => {
  it("is judged apart from the absolute values", () => {
    const slower = { p99: 5 };
    const result = run({ python: slower, go: slower, rust: slower });
    expect(claim(result, "rust-p99").verdict).toBe("not reproduced");
    expect(claim(result, "rust-by-go-p99")).toMatchObject({ verdict: "reproduced", theirs: "0.563x" });
  });

  it("is not reproduced when too close to call or the other way round", () => {
    const even = articleFigures.go.p99Ms / articleFigures.rust.p99Ms;
    expect(claim(run({ rust: { p99: even } }), "rust-by-go-p99").reason).toMatch(/^too close to call/);
    expect(claim(run({ rust: { p99: 3 } }), "rust-by-go-p99").reason).toBe("the other direction");
  });
});

describe("arithmetic", () => {
  it("finds by Little's law what a closed loop would ask of the slowest 1 %", () => {
    expect(claim(run(), "rust-littles-law")).toMatchObject({
      verdict: "contradicts itself",
      condition: "if the load was a closed loop, which the articles do not say",
      reason: expect.stringContaining("5.95 ms, 11.9 times p50: the slowest 1 % would have to average over 482 ms"),
      formula: "1000 / 168000 per s = 5.95 ms; (5.95 - 0.5 x 0.5 - 0.49 x 1.8) / 0.01 = 482 ms",
    });
    expect(claim(run(), "go-littles-law").reason).toContain("6.9 ms");
    expect(claim(run(), "python-littles-law").reason).toContain("23.8 ms");
  });

  it("finds that the bills are 4.23, 4.23 and 7.05 times what the instances cost", () => {
    expect(claim(run(), "python-bill").formula).toBe("4 x 0.068 $/h x 730 h = $198.56; 840 / 198.56 = 4.23");
    expect(claim(run(), "go-bill").formula).toContain("= $99.28; 420 / 99.28 = 4.23");
    expect(claim(run(), "rust-bill").formula).toContain("= $49.64; 350 / 49.64 = 7.05");
    expect(claim(run(), "medium-by-large").reason).toContain("imply 1 / 1.2");
  });

  it("finds the instances that their own throughput asks for", () => {
    expect(claim(run(), "python-instances").reason).toContain("by their own throughput and 70 % use it is 4 x c6g.large");
    expect(claim(run(), "go-instances").reason).toContain("2 x c6g.large, and 2 x c6g.medium would do");
    expect(claim(run(), "rust-instances").reason).toMatch(/2 x c6g\.medium$/);
  });
});

it("has a row with a verdict and a reason for everything that the articles say, each under its own id", () => {
  const { groups, counts } = testArticles(run());
  const claims = groups.flatMap((group) => group.claims);
  // Figures: 3 languages x 6 less one artifact; ratios: 3 pairs x 6 less two.
  expect(groups.map((group) => group.claims.length)).toEqual([17, 16, 3, 10, 15, 4, 9, 6]);
  expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
  expect(claims.every(({ reason }) => reason.length > 10)).toBe(true);
  expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(claims.length);
});
