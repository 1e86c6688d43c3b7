import { expect, test } from "vitest";
import { changePoints } from "./change-point.ts";
import { Simulator } from "./gate/testing/simulated-job.ts";

/** Logs of nightly figures: as many nights at each level, which is given as a share of the first one. */
function history(simulator: Simulator, spread: number, ...levels: readonly (readonly [nights: number, share: number])[]): number[] {
  return levels.flatMap(([nights, share]) => Array.from({ length: nights }, () => Math.log(share) + spread * simulator.normal()));
}

test("a history without a change is marked in about 1 of 200", () => {
  const simulator = new Simulator(1);
  const marked = Array.from({ length: 300 }, () => changePoints(history(simulator, 0.03, [40, 1]))).filter(({ length }) => length > 0);
  expect(marked.length / 300).toBeLessThan(0.02);
});

test("a step of 10 % is marked within six nights, at the night or beside it", () => {
  const simulator = new Simulator(2);
  const found = Array.from({ length: 100 }, () => changePoints(history(simulator, 0.03, [30, 1], [6, 1.1]))).filter((points) =>
    points.some((point) => Math.abs(point - 30) <= 1),
  );
  expect(found.length).toBeGreaterThan(90);
});

test("each of several steps is marked, in order", () => {
  expect(changePoints(history(new Simulator(3), 0.01, [20, 1], [15, 1.2], [20, 0.9]))).toEqual([20, 35]);
});

test("one night that went wrong is no change", () => {
  const nights = history(new Simulator(4), 0.02, [30, 1]);
  nights[15] = Math.log(2);
  expect(changePoints(nights)).toEqual([]);
});

test("a history too short to tell is not marked, however far apart its nights are", () => {
  expect(changePoints([])).toEqual([]);
  expect(changePoints([0, 0, 0, 5, 5])).toEqual([]);
  expect(changePoints([0, 0, 0, 5, 5, 5])).toEqual([]);
});
