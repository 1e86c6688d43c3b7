import { expect, it } from "vitest";
import type { Figure } from "../harness/core/result.ts";
import { tiedSets } from "./ties.ts";

const contender = (name: string, low: number, high: number, launches = 6) => ({
  name,
  figure: { verdict: "valid", value: Math.sqrt(low * high), interval: { kind: "t95", low, high }, launches } satisfies Figure,
});

it("holds each pair of a set too close to call, and one figure in two sets where its neighbours are apart", () => {
  const contenders = [contender("A", 100, 110), contender("B", 105, 115), contender("C", 110, 120), contender("D", 200, 210)];
  expect(tiedSets("p99", contenders)).toEqual([
    ["A", "B"],
    ["B", "C"],
  ]);
});

it("is one set where all are alike, and none where too few launches claim nothing", () => {
  expect(
    tiedSets(
      "p99",
      ["A", "B", "C"].map((name) => contender(name, 100, 110)),
    ),
  ).toEqual([["A", "B", "C"]]);
  expect(
    tiedSets(
      "p99",
      ["A", "B"].map((name) => contender(name, 100, 110, 5)),
    ),
  ).toEqual([]);
  expect(tiedSets("p99", [contender("A", 100, 110), { name: "B", figure: null }])).toEqual([]);
});
