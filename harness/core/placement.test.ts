import { expect, test } from "vitest";
import { judgePlacement } from "./placement.ts";

test("a service that stays where it was put has no finding, on some of its processors or on all", () => {
  expect(judgePlacement([0, 1], [0, 1])).toEqual([]);
  expect(judgePlacement([0, 1], [1])).toEqual([]);
});

test("a service that may run elsewhere is void, and the sentence says where", () => {
  expect(judgePlacement([0], [0, 1, 3])).toEqual([
    expect.objectContaining({ gate: "placement", severity: "void", sentence: expect.stringContaining("processor 1, 3 too") }),
  ]);
});

test("nothing pinned or nothing read finds nothing", () => {
  expect(judgePlacement(null, [0, 1])).toEqual([]);
  expect(judgePlacement([0], null)).toEqual([]);
});
