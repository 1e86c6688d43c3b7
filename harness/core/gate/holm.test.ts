import { expect, test } from "vitest";
import { holm } from "./holm.ts";

test("the smallest p value is held against level / m, the next against level / (m - 1), and so on until one is too large", () => {
  expect(holm([0.04, 0.01, 0.03, 0.005], 0.05)).toEqual([false, true, false, true]);
  expect(holm([0.013, 0.5, 0.5, 0.5], 0.05)).toEqual([false, false, false, false]);
  expect(holm([0.04], 0.05)).toEqual([true]);
  expect(holm([0.01, 0.01, 0.01], 0.05)).toEqual([true, true, true]);
  expect(holm([], 0.05)).toEqual([]);
});
