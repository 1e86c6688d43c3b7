import { expect, test } from "vitest";
import { describeInterruptions, interruptionsOf, worstAround, worstOf } from "./interruptions.ts";

test("the mean delay is that of requests which come at random", () => {
  const [gapsUs, durationUs] = [[2_000, 10_000, 500], 100_000];
  // One request every microsecond, each waiting for the end of the gap that it falls into.
  const waitsUs = gapsUs.flatMap((us) => Array.from({ length: us }, (_, at) => us - at - 0.5));
  const { meanDelayUs, perS, longestUs } = interruptionsOf(0, gapsUs, durationUs);
  expect(meanDelayUs).toBeCloseTo(waitsUs.reduce((sum, us) => sum + us, 0) / durationUs, 6);
  expect([perS, longestUs]).toEqual([30, 10_000]);
});

test("one long gap is worse than many short ones of the same length together", () => {
  const many = interruptionsOf(
    0,
    Array.from({ length: 10 }, () => 1_000),
    500_000,
  );
  const one = interruptionsOf(1, [10_000], 500_000);
  expect(worstOf([many, one])).toBe(one);
  expect(worstAround({ before: [many], after: [one] })).toBe(one);
  expect([worstOf([]), worstAround({ before: [many], after: [] })]).toEqual([null, null]);
});

test("is told in words, also that there was nothing, or that it is not known", () => {
  expect(describeInterruptions(interruptionsOf(3, [2_000, 4_000], 500_000))).toBe(
    "processor 3 was taken away from a busy program 4.0 times a second for half a millisecond or more, 4.0 ms at most: it waited 20 us at a random moment, on average",
  );
  expect(describeInterruptions(null)).toMatch(/^not known/);
  expect(describeInterruptions(interruptionsOf(3, [], 500_000))).toBe("no processor was taken away for half a millisecond");
});
