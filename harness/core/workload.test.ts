import { describe, expect, test } from "vitest";
import { buildStream, initialValue, keyName, parseDocument, StreamCursor, valueTemplates, type CacheWorkload } from "./workload.ts";

const workload: CacheWorkload = {
  kind: "cache",
  operations: { get: 0.7, put: 0.28, delete: 0.02 },
  keys: { count: 1_000_000, choice: { kind: "zipf", exponent: 0.99 } },
  valueSize: { kind: "lognormal", medianBytes: 230, sigma: 1, maxBytes: 10_000 },
};

describe("the stream", () => {
  test("is the same for the same seed and another for another", () => {
    expect(buildStream(workload, 1, 5_000)).toEqual(buildStream(workload, 1, 5_000));
    expect(buildStream(workload, 1, 5_000).keys).not.toEqual(buildStream(workload, 2, 5_000).keys);
  });

  test("keeps its bytes from one release to the next", () => {
    const { operations, keys, templates } = buildStream(workload, 1, 4);
    expect({ operations: [...operations], keys: [...keys], templates: [...templates] }).toMatchInlineSnapshot(`
      {
        "keys": [
          413517,
          472148,
          354782,
          286434,
        ],
        "operations": [
          0,
          1,
          0,
          0,
        ],
        "templates": [
          390,
          208,
          149,
          290,
        ],
      }
    `);
  });

  test("holds the mix that was asked for", () => {
    const { operations } = buildStream(workload, 1, 100_000);
    const share = (code: number) => operations.filter((operation) => operation === code).length / operations.length;
    expect(share(0)).toBeCloseTo(0.7, 2);
    expect(share(1)).toBeCloseTo(0.28, 2);
    expect(share(2)).toBeCloseTo(0.02, 2);
  });

  test("of reads alone holds reads alone", () => {
    const reads = { ...workload, operations: { get: 1, put: 0, delete: 0 } };
    expect(buildStream(reads, 1, 10_000).operations.every((operation) => operation === 0)).toBe(true);
  });
});

describe("agents", () => {
  test("together take every entry once, and write versions that no other writes", () => {
    const cursors = [0, 1, 2].map((agent) => new StreamCursor(10, { agent, agents: 3 }));
    expect(cursors.map((cursor) => [cursor.entry(), cursor.entry(), cursor.entry()])).toEqual([
      [0, 3, 6],
      [1, 4, 7],
      [2, 5, 8],
    ]);
    expect(cursors.map((cursor) => [cursor.version(), cursor.version()])).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  test("start over when the stream ends, and the versions go on", () => {
    const cursor = new StreamCursor(3, { agent: 1, agents: 2 });
    expect([cursor.entry(), cursor.entry()]).toEqual([1, 1]);
    expect([cursor.version(), cursor.version()]).toEqual([2, 4]);
  });
});

describe("the data set before the trial", () => {
  test("is version 0 of each key, as valid JSON that names its key", () => {
    const templates = valueTemplates(workload, 1);
    for (const key of [0, 1, 999_999]) {
      const value = initialValue(templates, key);
      expect(JSON.parse(value)).toMatchObject({ v: "000000000000" });
      expect(parseDocument(value)).toEqual({ keyIndex: key, version: 0 });
    }
  });
});

describe("key names", () => {
  test("are 22 to 44 characters that a URL carries unescaped, and never equal", () => {
    const names = Array.from({ length: 50_000 }, (_, i) => keyName(i));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9.]{22,44}$/);
  });
});
