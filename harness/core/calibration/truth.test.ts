import { expect, test } from "vitest";
import { constantHistogram, openLoad } from "../testing/load-measurement.ts";
import { boundUs, judgeTruth } from "./truth.ts";

const truth = (service: number, response: number) => ({
  service: Array.from({ length: 12_000 }, () => service),
  response: Array.from({ length: 12_000 }, () => response),
});

const load = openLoad({
  operations: {
    ...openLoad().operations,
    get: {
      sent: 12_000,
      statuses: { 200: 12_000 },
      serviceTimeUs: constantHistogram(12_000, 1_040),
      responseTimeUs: constantHistogram(12_000, 1_060),
    },
  },
});

test("the bound is 50 us, or 2 % where that is more", () => {
  expect([0, 2_500, 10_000].map(boundUs)).toEqual([50, 50, 200]);
});

test("each percentile with 100 samples beyond it is judged, of both kinds of time", () => {
  const lines = judgeTruth(load, truth(1_000, 1_000));
  expect(lines.map(({ time, percentile, withinBound }) => [time, percentile, withinBound])).toEqual([
    ["service", 50, true],
    ["service", 99, true],
    ["response", 50, false],
    ["response", 99, false],
  ]);
});

test("a time reported too short is as wrong as one too long", () => {
  expect(judgeTruth(load, truth(1_100, 1_060)).map(({ withinBound }) => withinBound)).toEqual([false, false, true, true]);
});

test("a line says what the generator itself would withhold", () => {
  const late = judgeTruth({ ...load, scheduleLagUs: constantHistogram(12_000, 500) }, truth(1_000, 1_000));
  expect(late.map(({ withheld }) => withheld !== null)).toEqual([false, false, true, true]);
});
