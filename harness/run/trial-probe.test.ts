import { expect, test } from "vitest";
import { samplePauseMs } from "./trial-probe.ts";

test("memory is read once a second, and for no more than 1 % of the time where reading takes long", () => {
  expect([0, 0.5, 10].map(samplePauseMs)).toEqual([1_000, 1_000, 1_000]);
  for (const tookMs of [11, 60, 400]) expect(tookMs / (tookMs + samplePauseMs(tookMs))).toBeLessThan(0.01);
});
