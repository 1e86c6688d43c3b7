import { expect, test } from "vitest";
import { seededNormal } from "../../report/testing/random.ts";
import { isTooClose, ratioOf, type ValidFigure } from "./compare.ts";
import { isPreciseEnough } from "./precision.ts";
import type { Cell, Figure } from "./result.ts";
import { estimate } from "./statistics.ts";

const valid = (low: number, high: number, launches = 6): Figure => ({
  verdict: "valid",
  value: Math.sqrt(low * high),
  interval: { kind: launches < 6 ? "range" : "t95", low, high },
  launches,
});
const cell = (throughput: Figure, cpuPerOperation: Figure = valid(99, 101)) => ({ figures: { throughput, cpuPerOperation } }) as Cell;
const wide = valid(900, 1_100);
const narrow = valid(980, 1_020);

test("a run is precise enough when every interval is narrow enough", () => {
  expect(isPreciseEnough([cell(narrow), cell(narrow)], 0.03)).toBe(true);
  expect(isPreciseEnough([cell(narrow), cell(wide)], 0.03)).toBe(false);
  expect(isPreciseEnough([cell(narrow, wide)], 0.03)).toBe(false);
  expect(isPreciseEnough([cell(narrow)], 0.01)).toBe(false);
});

test("fewer than six launches are never enough", () => {
  expect(isPreciseEnough([cell(valid(999, 1_001, 5))], 0.03)).toBe(false);
  expect(isPreciseEnough([], 0.03)).toBe(false);
});

test("a bound is not waited for, a void figure is", () => {
  const bounded: Figure = { ...wide, verdict: "bounded", reason: "why", cure: "cure" } as Figure;
  expect(isPreciseEnough([cell(bounded)], 0.03)).toBe(true);
  expect(isPreciseEnough([cell({ verdict: "void", reason: "why", cure: "cure" })], 0.03)).toBe(false);
});

test.each([0.02, 0.03, 0.05])(
  "stopping there claims a difference between equals in 5 of 100 runs, give or take 1: a spread of %d between launches",
  (spread) => {
    const normal = seededNormal(1, `equals ${spread}`);
    const runs = 3_000;
    let claims = 0;
    for (let run = 0; run < runs; run++) {
      const ratio = ratioOf(...throughputsOfEquals(() => Math.exp(spread * normal())));
      if (ratio === null || !isTooClose(ratio)) claims++;
    }
    expect(claims / runs).toBeGreaterThan(0.04);
    expect(claims / runs).toBeLessThan(0.06);
  },
);

/** Of two services, each launched once a round until both are known within 3 %, 30 times at most. */
function throughputsOfEquals(draw: () => number): [ValidFigure, ValidFigure] {
  const figure = (values: readonly number[]): ValidFigure => ({ verdict: "valid", ...estimate(values) });
  const services = Array.from({ length: 2 }, () => ({ throughputs: [] as number[], cpus: [] as number[] }));
  for (let round = 1; ; round++) {
    for (const { throughputs, cpus } of services) {
      throughputs.push(draw());
      cpus.push(draw());
    }
    const cells = services.map(({ throughputs, cpus }) => cell(figure(throughputs), figure(cpus)));
    const [one, other] = cells.map(({ figures }) => figures.throughput as ValidFigure);
    if (one && other && (round === 30 || isPreciseEnough(cells, 0.03))) return [one, other];
  }
}
