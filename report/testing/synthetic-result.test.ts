import { describe, expect, it } from "vitest";
import { resultSchema } from "../../harness/core/result.ts";
import { hostileText, syntheticResult } from "./synthetic-result.ts";

const services = [
  { id: "rust-production", language: "rust", slowness: 1, figures: { throughput: "bounded", p99: "void" } },
  { id: "go-production", language: "go", slowness: 1.3, status: "skipped" },
  { id: "python-production", language: "python", slowness: 5, status: "failed" },
] as const;

describe("a synthetic result", () => {
  it.each([1, 3, 6])("is valid by the schema with %i launches", (launches) => {
    expect(resultSchema.parse(syntheticResult({ services, launches })).trials).toHaveLength(launches);
  });

  it("is valid by the schema with hostile text in it", () => {
    expect(resultSchema.parse(syntheticResult({ services, text: hostileText })).runId).toBe(hostileText);
  });

  it("is the same for the same seed and another for another", () => {
    expect(syntheticResult({ services, seed: 4 })).toEqual(syntheticResult({ services, seed: 4 }));
    expect(syntheticResult({ services, seed: 4 }).cells).not.toEqual(syntheticResult({ services, seed: 5 }).cells);
  });
});
