import { expect, test } from "vitest";
import { isPreciseEnough } from "./precision.ts";
import type { Cell, Figure } from "./result.ts";

const valid = (low: number, high: number, launches = 6): Figure => ({
  verdict: "valid",
  value: Math.sqrt(low * high),
  interval: { kind: launches < 6 ? "range" : "t95", low, high },
  launches,
});
const cell = (throughput: Figure, cpuPerOperation: Figure = valid(99, 101)) => ({ figures: { throughput, cpuPerOperation } }) as Cell;
const wide = valid(900, 1_100);
const narrow = valid(980, 1_020);

test("a run is precise enough when every interval is narrow enough", () => {
  expect(isPreciseEnough([cell(narrow), cell(narrow)], 0.03)).toBe(true);
  expect(isPreciseEnough([cell(narrow), cell(wide)], 0.03)).toBe(false);
  expect(isPreciseEnough([cell(narrow, wide)], 0.03)).toBe(false);
  expect(isPreciseEnough([cell(narrow)], 0.01)).toBe(false);
});

test("fewer than six launches are never enough", () => {
  expect(isPreciseEnough([cell(valid(999, 1_001, 5))], 0.03)).toBe(false);
  expect(isPreciseEnough([], 0.03)).toBe(false);
});

test("a bound is not waited for, a void figure is", () => {
  const bounded: Figure = { ...wide, verdict: "bounded", reason: "why", cure: "cure" } as Figure;
  expect(isPreciseEnough([cell(bounded)], 0.03)).toBe(true);
  expect(isPreciseEnough([cell({ verdict: "void", reason: "why", cure: "cure" })], 0.03)).toBe(false);
});
