import { describe, expect, it } from "vitest";
import { defaultPrices } from "../harness/core/cost-prices.ts";
import type { CostBasis } from "../harness/core/cost.ts";
import { costLines, defaultSettings } from "./cost-lines.ts";

/** 10,000/s on one CPU: the objective was kept wherever it was looked at. */
const basis: CostBasis = {
  implementation: "any",
  cpus: 1,
  capacityOpsPerS: 10_000,
  launches: 6,
  bounded: false,
  latencies: [{ offeredRatePerS: 2_000, p99Ms: 3 }],
  searched: null,
  memoryBytes: 50e6,
  bytesSentPerOp: 400,
};

function linesOf(bases: Readonly<Record<string, Partial<CostBasis>>>, settings = {}) {
  const rows = Object.entries(bases).map(([name, one]) => ({ implementation: name, name, basis: { ...basis, ...one }, reason: null }));
  return costLines(rows, defaultPrices, { ...defaultSettings, ...settings });
}

describe("a bill that rests on a lower bound", () => {
  it.each([
    ["of the throughput", { bounded: true }],
    ["of the search", { searched: { p99Ms: 10, ratePerS: 8_000, launches: 6, bounded: true } }],
    ["of offered rates, where the search found nothing", { searched: { p99Ms: 10, ratePerS: null, reason: "void" } }],
  ] as const)("says so: %s", (_, bound) => {
    const [line] = linesOf({ mine: bound });
    expect(line?.capacity).toMatch(/^at least /);
    expect(line?.bill).toMatch(/^at most \$/);
    expect(line?.total).toMatch(/^at most \$/);
    expect(line?.instances).toMatch(/^at most \d/);
  });

  it("is the bill all the same where two instances are enough", () => {
    const [line] = linesOf({ mine: { bounded: true } }, { opsPerS: 1_000 });
    expect(line).toMatchObject({ bill: "$50", limit: "two at least, one may fail" });
    expect(linesOf({ mine: { bounded: true } }, { opsPerS: 14_000 })[0]).toMatchObject({ bill: "$50", limit: "as many as the load takes" });
  });

  it("pays back nothing that could be told", () => {
    const engineering = { dear: 1_000 };
    const [, exact] = linesOf({ slow: { capacityOpsPerS: 5_000 }, dear: {} }, { engineering });
    expect(exact?.payBack).toMatch(/^after .* months, against slow$/);
    const [, bound] = linesOf({ slow: { capacityOpsPerS: 5_000, bounded: true }, dear: {} }, { engineering });
    expect(bound?.payBack).toBe("unknown against slow: one of the bills is only an upper bound");
  });
});
