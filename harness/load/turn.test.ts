import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { nowUs } from "./clock.ts";
import { turnBeganUs } from "./turn.ts";

test("all that one turn of the event loop reads had arrived when it began, and what the next one reads only then", async () => {
  await nextTurn();
  const first = turnBeganUs();
  while (nowUs() === first);
  expect(turnBeganUs()).toBe(first);
  await nextTurn();
  expect(turnBeganUs()).toBeGreaterThan(first);
});
