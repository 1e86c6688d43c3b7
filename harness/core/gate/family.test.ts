import { expect, test } from "vitest";
import { metricNames } from "../metrics.ts";
import type { Cell, Figure } from "../result.ts";
import { type Launches, memberOf } from "./family.ts";

const name = { implementation: "mine", metric: "throughput" } as const;
const valid = (value: number): Figure => ({ verdict: "valid", value, interval: null, launches: 1 });
const bounded = (value: number): Figure => ({
  verdict: "bounded",
  value,
  interval: null,
  launches: 1,
  reason: "busy",
  cure: "more processors",
});
const nothing: Figure = { verdict: "void", reason: "late", cure: "close other programs" };
const figures = (throughput: Figure): Cell["figures"] =>
  Object.fromEntries(metricNames.map((metric) => [metric, metric === "throughput" ? throughput : nothing])) as Cell["figures"];
const roundOf = (a1: Figure, a2: Figure, b: Figure) => {
  const launches: Launches = { a1: figures(a1), a2: figures(a2), b: figures(b) };
  return memberOf(name, [new Map([["mine", launches]])]).rounds;
};

test("a round is valid where each launch is, bounded where one is only a bound, void where one is", () => {
  expect(roundOf(valid(100), valid(101), valid(99))).toEqual([{ a1: 100, a2: 101, b: 99 }]);
  expect(roundOf(valid(100), bounded(101), bounded(102))).toEqual(["bounded"]);
  expect(roundOf(valid(100), bounded(101), nothing)).toEqual(["void"]);
});

test("a head that is known, and below what the base can at least do, is not excused by the base's bound", () => {
  expect(roundOf(bounded(100), bounded(101), valid(80))).toEqual(["void"]);
  expect(roundOf(bounded(100), bounded(101), valid(120))).toEqual(["bounded"]);
});
