import * as fc from "fast-check";
import { build } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { decodeHistogram } from "../core/histogram.ts";
import { encodeHistogram } from "./histogram.ts";
import { type BucketCounts, Microseconds } from "./microseconds.ts";

const microseconds = fc.array(fc.oneof(fc.nat(5_000), fc.nat(50_000_000), fc.constantFrom(0, 2047, 2048, 4095, 4096)), { minLength: 1 });
const percentiles = [0, 50, 90, 99, 99.9, 100];

function counted(values: readonly number[]): BucketCounts {
  const times = new Microseconds();
  for (const value of values) times.record(value);
  return times.counts();
}

test("it holds what an HDR histogram would hold", () => {
  fc.assert(
    fc.property(microseconds, (values) => {
      const hdr = build({ numberOfSignificantValueDigits: 3, useWebAssembly: false });
      for (const value of values) hdr.recordValue(value);
      const ours = decodeHistogram(encodeHistogram([counted(values)]));
      expect(ours.totalCount).toBe(values.length);
      for (const q of percentiles) expect(ours.getValueAtPercentile(q)).toBe(hdr.getValueAtPercentile(q));
    }),
  );
});

test("of two agents, it is what one of both would be", () => {
  fc.assert(
    fc.property(microseconds, microseconds, (a, b) => {
      expect(encodeHistogram([counted(a), counted(b)])).toBe(encodeHistogram([counted([...a, ...b])]));
    }),
  );
});

test("of nothing, it is empty", () => {
  expect(decodeHistogram(encodeHistogram([counted([])])).totalCount).toBe(0);
});

test("a time beyond all bounds is kept at the bound, and one before its start at 0", () => {
  const histogram = decodeHistogram(encodeHistogram([counted([1e15, -3])]));
  expect(histogram.totalCount).toBe(2);
  expect(histogram.getValueAtPercentile(0)).toBe(0);
});
