import * as fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";
import { buildValueTemplates, parseDocument } from "./values.ts";

test("a document has exactly the size drawn, is JSON, and says its key and version", () => {
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 2_000 }), fc.nat(9_999_999), fc.nat(999_999_999), (bytes, key, version) => {
      const templates = buildValueTemplates({ kind: "fixed", bytes }, seededRandom(1, "test"));
      const document = templates.document(3, key, version);
      expect(Buffer.byteLength(document)).toBe(bytes);
      expect(() => JSON.parse(document)).not.toThrow();
      expect(parseDocument(document)).toEqual({ keyIndex: key, version });
    }),
    { numRuns: 60 },
  );
});

test("log-normal sizes have the median asked for and stay within the bounds", () => {
  const { sizes } = buildValueTemplates({ kind: "lognormal", medianBytes: 230, sigma: 1.5, maxBytes: 5_000 }, seededRandom(1, "test"));
  const sorted = [...sizes].toSorted((a, b) => a - b);
  expect(Math.abs((sorted[sizes.length / 2] ?? 0) - 230)).toBeLessThan(5);
  expect(sorted[0]).toBeGreaterThanOrEqual(32);
  expect(sorted.at(-1)).toBe(5_000);
});

test("large values keep the pool bounded", () => {
  const { sizes } = buildValueTemplates({ kind: "fixed", bytes: 1_048_576 }, seededRandom(1, "test"));
  expect(sizes.length).toBeLessThanOrEqual(32);
});

test("what is none of our documents is not judged", () => {
  expect(parseDocument('{"k":"x"}')).toBeNull();
});
