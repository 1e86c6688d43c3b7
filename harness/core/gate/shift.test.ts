import { expect, test } from "vitest";
import { Simulator } from "./testing/simulated-job.ts";
import { estimateShift } from "./shift.ts";

test("the estimate is the median of the means of all pairs", () => {
  expect(estimateShift([1, 2, 3, 4, 5, 12])?.value).toBe(3.5);
});

test("the interval leaves out as many pair means as the tables of the signed-rank test say", () => {
  // Two-sided 5 %: critical values 0 for 6 and 13 for 12 differences (F. Wilcoxon, Biometrics Bulletin 1, 1945; later tables).
  expect(estimateShift([1, 2, 3, 4, 5, 12])).toMatchObject({ low: 1, high: 12 });
  const twelve = Array.from({ length: 12 }, (_, index) => 2 ** index);
  const means = twelve.flatMap((a, i) => twelve.slice(i).map((b) => (a + b) / 2)).toSorted((a, b) => a - b);
  expect(estimateShift(twelve)).toMatchObject({ low: means[13], high: means[means.length - 14] });
});

test("five differences or fewer have no 95 % interval", () => {
  expect(estimateShift([1, 2, 3, 4, 5])).toBeNull();
  expect(estimateShift([])).toBeNull();
});

test.each([6, 9, 12])("the interval holds the true shift in at least 95 of 100 jobs, %i rounds", (rounds) => {
  const simulator = new Simulator(rounds);
  let held = 0;
  for (let job = 0; job < 3_000; job++) {
    const shift = estimateShift(Array.from({ length: rounds }, () => 0.1 + 0.05 * simulator.normal()));
    if (shift !== null && shift.low <= 0.1 && shift.high >= 0.1) held++;
  }
  expect(held / 3_000).toBeGreaterThan(0.945);
  expect(held / 3_000).toBeLessThan(0.985);
});
