import { expect, test } from "vitest";
import { findChangePoint, findSteadyState, fitLine, steadyStateOf, truncation } from "./steady-state.ts";
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
const verdict = (series: readonly number[], windowFrom = 25) => findSteadyState(series, windowFrom).verdict;

test("a flat series is steady, with hardly a false alarm", () => {
  const verdicts = Array.from({ length: 500 }, (_, seed) => verdict(noisy(flat(65), seed)));
  expect(verdicts.filter((one) => one !== "steady").length).toBeLessThanOrEqual(2);
});

test("a warm-up that ended before the window is steady", () => {
  expect(verdict(noisy([...ramp(0.3, 1, 20), ...flat(45)]))).toBe("steady");
});

test("a level that changes within the window is drifting, up or down", () => {
  const down = findSteadyState(noisy([...flat(45), ...flat(20, 0.7)]), 25);
  expect(down).toMatchObject({ verdict: expect.stringMatching(/drifting|none/), change: expect.closeTo(-0.3, 1) });
  expect(verdict(noisy([...flat(45), ...flat(20, 1.3)]))).toMatch(/drifting|none/);
  expect(verdict(noisy([...flat(35, 0.5), ...flat(30)]))).toMatch(/drifting|none/);
});

test("a change counts by how far it moves the mean of the window from the level that held for longer", () => {
  expect(verdict(noisy([...flat(35), ...flat(30, 0.75)]))).toBe("steady");
  expect(verdict(noisy([...flat(45), ...flat(20, 0.75)]))).toMatch(/drifting|none/);
  expect(verdict(noisy([...flat(35), ...flat(30, 0.5)]))).toMatch(/drifting|none/);
});

/** Mean response times of steps of 100 ms with 200 answers that take `serviceUs` and wait out the stalls: 1 to 3 ms, 1 % of the time. */
function stalling(serviceUs: readonly number[], seed: number): number[] {
  const random = seededRandom(seed, "stalls");
  return serviceUs.map((mean) => {
    let waitedUs = 0;
    // 20 slots of 5 ms; 1 % of the time in stalls of 2 ms is a stall in every 40th slot.
    for (let slot = 0; slot < 20; slot++) {
      if (random.unit() >= 1 / 40) continue;
      const stallUs = 1_000 + 2_000 * random.unit();
      // 200 answers in 100 ms: this many came in the stall, and waited half of it.
      waitedUs += ((200 * stallUs) / 100_000) * (stallUs / 2);
    }
    return mean * (1 + 0.2 * (random.unit() - 0.5)) + waitedUs / 200;
  });
}
const openLoop = (meanResponseUs: (number | null)[]) =>
  openLoad({ per100Ms: { leadInSteps: 5, answers: ramp(100, 300, meanResponseUs.length).map(Math.round), meanResponseUs, faults: [] } });

test("stalls of milliseconds are steady, and a service time that grows by 30 % in mid-window among them is found", () => {
  const seeds = Array.from({ length: 200 }, (_, seed) => seed);
  const stallsOnly = seeds.map((seed) => steadyStateOf(openLoop(stalling(flat(65, 100), seed)), null).verdict);
  expect(stallsOnly.filter((one) => one !== "steady").length).toBeLessThanOrEqual(1);
  const slower = seeds.map((seed) => steadyStateOf(openLoop(stalling([...flat(35, 100), ...flat(30, 130)], seed)), null).verdict);
  expect(slower.filter((one) => one === "steady").length).toBeLessThanOrEqual(30);
});

test("a drift without a level that held counts by how far the mean is from where it ends", () => {
  const seeds = Array.from({ length: 200 }, (_, seed) => seed);
  const drifts = (to: number) => seeds.filter((seed) => verdict(noisy([...flat(25), ...ramp(1, to, 40)], seed)) !== "steady").length;
  expect(drifts(1.15)).toBe(0);
  expect(drifts(1.4)).toBeGreaterThanOrEqual(170);
  expect(drifts(0.7)).toBeGreaterThanOrEqual(170);
});

test("a line goes through the steps and bears outliers", () => {
  expect(fitLine([100, 110, 120, 130])).toEqual({
    change: expect.closeTo(0.3),
    shift: expect.closeTo(0.15 / 1.3),
    misfit: expect.closeTo(0),
  });
  expect(fitLine([100, 110, 120, 130, 9_000, 150, 160])).toMatchObject({ change: expect.closeTo(0.6) });
  expect(fitLine(flat(20))).toEqual({ change: 0, shift: 0, misfit: 0 });
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
  expect(findChangePoint([...flat(10), ...flat(10, 2)])).toEqual({
    at: 10,
    probability: expect.closeTo(0.0016, 4),
    change: 1,
    shift: 0.5,
    misfit: 0,
  });
  expect(findChangePoint(flat(20))).toMatchObject({ probability: 1, change: 0, shift: 0 });
  // A tenth at half the level moves the mean by a twentieth, on whichever side it is.
  expect(findChangePoint([...flat(2, 0.5), ...flat(18)])).toMatchObject({ at: 2, shift: expect.closeTo(0.05) });
  expect(findChangePoint([...flat(18), ...flat(2, 0.5)])).toMatchObject({ at: 18, shift: expect.closeTo(0.05) });
  // From nothing there is no share.
  expect(findChangePoint([...flat(15, 0), ...flat(5)])).toMatchObject({ shift: Infinity });
});

test("a closed loop is judged by its throughput, its warm-up included, an open loop by its response time", () => {
  const closed = (answers: number[]) =>
    closedLoad({ per100Ms: { leadInSteps: 5, answers, meanResponseUs: flat(answers.length), faults: [] } });
  const warmUp = closed(ramp(100, 2_000, 20));
  expect(steadyStateOf(closed(flat(45, 2_000)), warmUp).verdict).toBe("steady");
  expect(steadyStateOf(closed(flat(43, 2_000)), null).verdict).toBe("too-short");
  expect(steadyStateOf(closed([...flat(25, 2_000), ...flat(20, 1_500)]), warmUp).verdict).not.toBe("steady");
  expect(steadyStateOf(openLoop([null, ...flat(64, 900)]), null).verdict).toBe("steady");
  expect(steadyStateOf(openLoop([...flat(30, 900), ...flat(35, 1_800)]), null).verdict).toMatch(/drifting|none/);
});
