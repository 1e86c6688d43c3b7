import { median } from "simple-statistics";
import { expect, test } from "vitest";
import { Simulator } from "./testing/simulated-job.ts";
import { noiseFloor } from "./noise-floor.ts";

test.each([6, 9, 12])("no more than 1 in 20 sign patterns has a median beyond the floor, %i rounds", (rounds) => {
  const simulator = new Simulator(rounds);
  const differences = Array.from({ length: rounds }, () => simulator.normal());
  const floor = noiseFloor(differences);
  const patterns = Array.from({ length: 2 ** rounds }, (_, pattern) =>
    median(differences.map((value, bit) => (pattern & (1 << bit) ? -value : value))),
  );
  expect(floor).toBeGreaterThan(0);
  expect(patterns.filter((value) => Math.abs(value) > floor).length / patterns.length).toBeLessThanOrEqual(0.05);
});

test("one disturbed launch does not raise the floor", () => {
  const quiet = Array.from({ length: 12 }, (_, round) => 0.01 * (round + 1));
  expect(noiseFloor(quiet.with(11, 3))).toBe(noiseFloor(quiet));
});

test("without rounds there is no floor", () => {
  expect(noiseFloor([])).toBe(0);
});
