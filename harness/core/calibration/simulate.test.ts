import { expect, test } from "vitest";
import { exactPercentile, firstArrivalUs, simulateResponseTimes } from "./simulate.ts";

const simple = { connections: [1], delayUs: () => 100, lateUs: () => 0, stall: null, stallsFromUs: 0 };

test("a request waits for a connection, and its time counts from its intended start", () => {
  const times = simulateResponseTimes({ ...simple, dueUs: [0, 10, 300] });
  expect([...times]).toEqual([100, 190, 100]);
  expect([...simulateResponseTimes({ ...simple, connections: [2], dueUs: [0, 10, 300] })]).toEqual([100, 100, 100]);
});

test("each agent has connections of its own", () => {
  const times = simulateResponseTimes({ ...simple, connections: [1, 1], dueUs: [0, 10, 20, 30] });
  expect([...times]).toEqual([100, 100, 180, 180]);
});

test("what the server was late, the request waited too", () => {
  expect([...simulateResponseTimes({ ...simple, lateUs: () => 7, dueUs: [0, 10] })]).toEqual([107, 204]);
});

test("with few connections a stall reaches the requests that came after it: 10 at 2,000/s, 50 ms a second", () => {
  const dueUs = Array.from({ length: 20_000 }, (_, k) => k * 500);
  const known = { ...simple, dueUs, connections: [10], delayUs: () => 1_000, stall: { everyUs: 1_000_000, lengthUs: 50_000 } };
  const times = simulateResponseTimes(known);
  // 5 % of the requests are due in a stall and wait up to 51 ms.
  expect(exactPercentile(times, 50)).toBe(1_000);
  expect(exactPercentile(times, 99)).toBeGreaterThan(40_000);
  expect(exactPercentile(times, 100)).toBeLessThanOrEqual(51_000);
});

test("a stall comes where the server's clock has it, which began with the first request that it saw", () => {
  const known = { ...simple, dueUs: [0, 1_000], connections: [2], stall: { everyUs: 2_000, lengthUs: 500 } };
  // From 1,000 to 1,500 of the server's clock: the second request, due at 1,000 and held for 100, waits for its end.
  expect([...simulateResponseTimes(known)]).toEqual([100, 500]);
  expect([...simulateResponseTimes({ ...known, stallsFromUs: -50 })]).toEqual([100, 450]);
});

test("when the server's clock began is seen from the requests that were not held up, whatever became of the first", () => {
  const dueUs = [0, 1_000, 2_000, 3_000, 4_000];
  // The first came 700 us late, as the server's clock begins with it; the fourth 50 us.
  expect(firstArrivalUs(dueUs, [0, 300, 1_300, 2_350, 3_300])).toBe(700);
});

test("a percentile is the value at or below which that share lies", () => {
  expect([50, 75, 99, 100].map((percent) => exactPercentile([4, 1, 3, 2], percent))).toEqual([2, 3, 4, 4]);
});
