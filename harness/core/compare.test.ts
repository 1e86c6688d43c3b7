import { describe, expect, it } from "vitest";
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
