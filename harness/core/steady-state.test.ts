import { expect, test } from "vitest";
import { findChangePoint, findSteadyState, steadyStateOf, truncation } from "./steady-state.ts";
import { closedLoad, openLoad } from "./testing/load-measurement.ts";
import { seededRandom } from "./workload/random.ts";

/** Noise of 10 % around 1,000; the level at each step is a factor. */
function noisy(levels: readonly number[], seed = 1): number[] {
  const random = seededRandom(seed, "noise");
  return levels.map((level) => 1_000 * level * (1 + 0.2 * (random.unit() - 0.5)));
}
const flat = (steps: number, level = 1): number[] => Array.from({ length: steps }, () => level);
const ramp = (from: number, to: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => from + ((to - from) * i) / steps);
const verdict = (series: readonly number[], windowFrom = 25) => findSteadyState(series, windowFrom, 0.1).verdict;

test("a flat series is steady, with hardly a false alarm", () => {
  const verdicts = Array.from({ length: 500 }, (_, seed) => verdict(noisy(flat(65), seed)));
  expect(verdicts.filter((one) => one !== "steady").length).toBeLessThanOrEqual(2);
});

test("a warm-up that ended before the window is steady", () => {
  expect(verdict(noisy([...ramp(0.3, 1, 20), ...flat(45)]))).toBe("steady");
});

test("a level that changes within the window is drifting, up or down", () => {
  const down = findSteadyState(noisy([...flat(35), ...flat(30, 0.8)]), 25, 0.1);
  expect(down).toMatchObject({ verdict: expect.stringMatching(/drifting|none/), change: expect.closeTo(-0.2, 1) });
  expect(verdict(noisy([...flat(40), ...flat(25, 1.3)]))).toMatch(/drifting|none/);
});

test("a level that is never found is none", () => {
  expect(verdict(noisy(ramp(0.2, 2, 65)))).toBe("none");
});

test("a change that does not matter, and single slow steps, are steady", () => {
  expect(verdict(noisy([...flat(45), ...flat(20, 0.95)]))).toBe("steady");
  expect(verdict(noisy(flat(65).map((level, i) => (i % 13 === 0 ? level / 10 : level))))).toBe("steady");
});

test("fewer than ten batches are too short to tell", () => {
  expect(verdict(noisy(ramp(0.2, 2, 49)))).toBe("too-short");
  expect(verdict(noisy(ramp(0.2, 2, 50)))).not.toBe("too-short");
  expect(verdict(noisy(flat(60)), 60)).toBe("too-short");
});

test("MSER cuts where the transient ends", () => {
  expect(truncation([10, 50, 90, 100, 101, 99, 100, 101, 99, 100, 101, 99, 100])).toBe(3);
  expect(truncation(flat(12))).toBe(0);
});

test("Pettitt's test finds where the level changed, and how far", () => {
  // U of 10 against 10 that are all larger is 100, and 2 exp(-6 * 100^2 / (20^3 + 20^2)) = 0.0016.
  expect(findChangePoint([...flat(10), ...flat(10, 2)])).toEqual({ at: 10, probability: expect.closeTo(0.0016, 4), change: 1 });
  expect(findChangePoint(flat(20))).toMatchObject({ probability: 1, change: 0 });
});

test("a closed loop is judged by its throughput, its warm-up included, an open loop by its response time", () => {
  const closed = (answers: number[]) =>
    closedLoad({ per100Ms: { leadInSteps: 5, answers, meanResponseUs: flat(answers.length), faults: [] } });
  const warmUp = closed(ramp(100, 2_000, 20));
  expect(steadyStateOf(closed(flat(45, 2_000)), warmUp).verdict).toBe("steady");
  expect(steadyStateOf(closed(flat(43, 2_000)), null).verdict).toBe("too-short");
  expect(steadyStateOf(closed([...flat(25, 2_000), ...flat(20, 1_500)]), warmUp).verdict).not.toBe("steady");
  const open = (meanResponseUs: (number | null)[]) =>
    openLoad({ per100Ms: { leadInSteps: 5, answers: ramp(100, 300, meanResponseUs.length).map(Math.round), meanResponseUs, faults: [] } });
  expect(steadyStateOf(open([null, ...flat(64, 900)]), null).verdict).toBe("steady");
  expect(steadyStateOf(open([...flat(30, 900), ...flat(35, 1_800)]), null).verdict).toMatch(/drifting|none/);
});
