import { describe, expect, it, test } from "vitest";
import { estimate } from "./statistics.ts";
import { isTooClose, ratioOf, type ValidFigure } from "./compare.ts";
import { seededNormal } from "../../report/testing/random.ts";

const figure = (low: number, high: number, launches = 6): ValidFigure => ({
  verdict: "valid",
  value: Math.sqrt(low * high),
  interval: { kind: "t95", low, high },
  launches,
});

function sampled(mean: number, launches: number, normal: () => number): ValidFigure {
  const logs = Array.from({ length: launches }, () => mean + 0.05 * normal());
  return { verdict: "valid", ...estimate(logs.map(Math.exp)) };
}

describe("the ratio of two figures", () => {
  it("is Welch's interval: for equal spreads narrower than the overlap of the intervals asks for", () => {
    const ratio = ratioOf(figure(100, 104), figure(97, 100.5));
    expect(ratio?.low).toBeGreaterThan(1);
    expect(ratio?.value).toBeCloseTo(Math.sqrt(100 * 104) / Math.sqrt(97 * 100.5));
  });

  it("includes 1 when the intervals overlap widely", () => {
    const ratio = ratioOf(figure(95, 105), figure(98, 108));
    expect(ratio && isTooClose(ratio)).toBe(true);
  });

  it("is no difference where A against A differs as much", () => {
    const [a, b] = [figure(104, 105), figure(100, 101)];
    const close = ratioOf({ ...a, noiseFloor: 1.05 }, b);
    expect(close && isTooClose(close)).toBe(true);
    expect(close?.value).toBe(ratioOf(a, b)?.value);
    expect(ratioOf({ ...a, noiseFloor: 1.03 }, b)?.low).toBeGreaterThan(1);
  });

  it("claims nothing below six launches, from a range, or from zero", () => {
    expect(ratioOf(figure(100, 101, 5), figure(10, 11))).toBeNull();
    expect(ratioOf({ ...figure(100, 101), interval: { kind: "range", low: 100, high: 101 } }, figure(10, 11))).toBeNull();
    expect(ratioOf(figure(0, 1), figure(10, 11))).toBeNull();
  });

  it("holds the true ratio in about 95 of 100 comparisons", () => {
    const normal = seededNormal(7, "coverage");
    const runs = 2_000;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const ratio = ratioOf(sampled(Math.log(1.1), 6, normal), sampled(0, 8, normal));
      if (ratio && ratio.low <= 1.1 && ratio.high >= 1.1) covered++;
    }
    expect(covered / runs).toBeGreaterThan(0.935);
    expect(covered / runs).toBeLessThan(0.975);
  });
});

describe("an implementation compared with itself", () => {
  const comparisons = 6_000;

  test.each([
    [6, 0.05],
    [8, 0.05],
    [12, 0.01],
    [20, 0.2],
  ])("is called different in 5 of 100 cases, give or take 1: %i launches, a spread of %d between launches", (launches, spread) => {
    const normal = seededNormal(launches, "itself");
    const arm = (): ValidFigure => ({
      verdict: "valid",
      ...estimate(Array.from({ length: launches }, () => 50_000 * Math.exp(spread * normal()))),
    });
    let claims = 0;
    for (let i = 0; i < comparisons; i++) {
      const ratio = ratioOf(arm(), arm());
      if (ratio === null || !isTooClose(ratio)) claims++;
    }
    expect(claims / comparisons).toBeGreaterThan(0.04);
    expect(claims / comparisons).toBeLessThan(0.06);
  });

  it("is never called different below 6 launches", () => {
    const normal = seededNormal(1, "few launches");
    const arm = (): ValidFigure => ({ verdict: "valid", ...estimate(Array.from({ length: 5 }, () => Math.exp(normal()))) });
    for (let i = 0; i < 1_000; i++) expect(ratioOf(arm(), arm())).toBeNull();
  });
});
