import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { turnBeganUs } from "./turn.ts";

test("all that one turn of the event loop reads had arrived when it began, and what the next one reads only then", async () => {
  await nextTurn();
  expect([10, 20, 30].map(turnBeganUs)).toEqual([10, 10, 10]);
  await nextTurn();
  expect([40, 50].map(turnBeganUs)).toEqual([40, 40]);
});
