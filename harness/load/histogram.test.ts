import * as fc from "fast-check";
import { build } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { decodeHistogram, mergeHistograms, MicrosecondHistogram } from "./histogram.ts";

const microseconds = fc.array(fc.oneof(fc.nat(5_000), fc.nat(50_000_000), fc.constantFrom(0, 2047, 2048, 4095, 4096)), { minLength: 1 });
const percentiles = [0, 50, 90, 99, 99.9, 100];

function encoded(values: readonly number[]): string {
  const histogram = new MicrosecondHistogram();
  for (const value of values) histogram.record(value);
  return histogram.encode();
}

test("it holds what an HDR histogram would hold", () => {
  fc.assert(
    fc.property(microseconds, (values) => {
      const hdr = build({ numberOfSignificantValueDigits: 3, useWebAssembly: false });
      for (const value of values) hdr.recordValue(value);
      const ours = decodeHistogram(encoded(values));
      expect(ours.totalCount).toBe(values.length);
      for (const q of percentiles) expect(ours.getValueAtPercentile(q)).toBe(hdr.getValueAtPercentile(q));
    }),
  );
});

test("merged, two hold what one of both would hold", () => {
  fc.assert(
    fc.property(microseconds, microseconds, (a, b) => {
      const merged = decodeHistogram(mergeHistograms([encoded(a), encoded(b)]));
      const whole = decodeHistogram(encoded([...a, ...b]));
      for (const q of percentiles) expect(merged.getValueAtPercentile(q)).toBe(whole.getValueAtPercentile(q));
    }),
  );
});

test("a time beyond all bounds is kept at the bound, and one before its start at 0", () => {
  const histogram = decodeHistogram(encoded([1e15, -3]));
  expect(histogram.totalCount).toBe(2);
  expect(histogram.getValueAtPercentile(0)).toBe(0);
});
