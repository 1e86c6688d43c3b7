import { expect, test } from "vitest";
import { pacingOf, shortStretchUs } from "./pacing.ts";

test("an agent that would poll for more than a quarter of the time does not go before Redis on the processor that they share", () => {
  expect(pacingOf(1_000, false)).toEqual({ realTime: true, lastStretchUs: shortStretchUs });
  expect(pacingOf(6_000, false)).toEqual({ realTime: false, lastStretchUs: shortStretchUs });
});

test("one with a processor of its own polls for longer, and goes first as long as it leaves others some time", () => {
  expect(pacingOf(1_000, true)).toEqual({ realTime: true, lastStretchUs: 1_000 });
  expect(pacingOf(5_000, true)).toEqual({ realTime: true, lastStretchUs: 200 });
  expect(pacingOf(40_000, true).realTime).toBe(false);
});
