import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { arrivedUs, polls } from "./turn.ts";

const read = (...readAtUs: number[]): number[] => readAtUs.map((us) => arrivedUs(us));

test("all that one turn of the event loop reads had arrived when it began, and what the next one reads only then", async () => {
  await nextTurn();
  expect(read(10, 20, 30)).toEqual([10, 10, 10]);
  await nextTurn();
  expect(read(40, 50)).toEqual([40, 40]);
});

test("where the loop looked before and did not sleep since, the middle of the two looks is told", async () => {
  await nextTurn();
  expect(read(100, 110)).toEqual([100, 100]);
  // What this turn reads was looked for when it began, and not when it ended.
  polls(150);
  await nextTurn();
  expect(read(160)).toEqual([130]);
  await nextTurn();
  polls(200);
  expect(read(220)).toEqual([210]);
  await nextTurn();
  polls(null);
  expect(read(240)).toEqual([240]);
});

test("no answer had come before its request was sent", async () => {
  await nextTurn();
  polls(100);
  expect([90, 110, 120, 130].map((sentUs) => arrivedUs(120, sentUs))).toEqual([110, 115, 120, 120]);
  expect(arrivedUs(140, 130)).toBe(140);
  polls(null);
  await nextTurn();
});
