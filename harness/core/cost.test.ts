import { describe, expect, it } from "vitest";
import { type SyntheticService, syntheticResult } from "../../report/testing/synthetic-result.ts";
import { costBases } from "./cost-basis.ts";
import { defaultPrices, type InstanceType, priceListSchema } from "./cost-prices.ts";
import {
  capacityAtObjective,
  cheapest,
  type CostBasis,
  defaultWish,
  estimateCost,
  judgeObjective,
  knownRate,
  monthsToPayBack,
} from "./cost.ts";
import type { Result } from "./result.ts";

const basis: CostBasis = {
  implementation: "a",
  cpus: 1,
  capacityOpsPerS: 10_000,
  launches: 6,
  bounded: false,
  latencies: [{ offeredRatePerS: 2_000, p99Ms: 5 }],
  searched: null,
  memoryBytes: 100e6,
  bytesSentPerOp: 300,
};
const medium: InstanceType = { name: "m", vcpu: 1, memoryGb: 2, dollarsPerHour: 0.034, baselineMbitPerS: 500 };
const xlarge: InstanceType = { name: "x", vcpu: 4, memoryGb: 8, dollarsPerHour: 0.136, baselineMbitPerS: 1_250 };
const wish = { ...defaultWish, opsPerS: 50_000 };

describe("an estimate", () => {
  it("divides the load by the capacity that may be used, and rounds up", () => {
    // 50,000 / (10,000 x 0.7) = 7.14
    expect(estimateCost(basis, medium, wish)).toMatchObject({ instances: 8, limitedBy: "capacity", dollarsPerMonth: 8 * 0.034 * 730 });
  });

  it("scales by vCPU", () => {
    expect(estimateCost(basis, xlarge, wish)).toMatchObject({ instances: 2, capacityOpsPerS: 40_000 });
    expect(estimateCost({ ...basis, cpus: 2 }, medium, wish)).toMatchObject({ instances: 15 });
  });

  it("asks for two instances at least", () => {
    expect(estimateCost(basis, medium, { ...wish, opsPerS: 10 })).toMatchObject({ instances: 2, limitedBy: "two at least" });
  });

  it("asks for as many as the network's baseline carries", () => {
    // 50,000 x 10,000 bytes x 8 = 4,000 Mbit/s
    expect(estimateCost({ ...basis, bytesSentPerOp: 10_000 }, xlarge, wish)).toMatchObject({ instances: 4, limitedBy: "network" });
  });

  it("is none where the memory does not fit, which grows with the processors", () => {
    expect(estimateCost({ ...basis, memoryBytes: 2.5e9 }, medium, wish)).toBeNull();
    expect(estimateCost({ ...basis, memoryBytes: 1.9e9 }, medium, wish)).not.toBeNull();
    expect(estimateCost({ ...basis, memoryBytes: 2.5e9 }, xlarge, wish)).toBeNull();
  });

  it("is not one instance more for a rounding error of the machine's numbers", () => {
    // 0.1 + 0.2 style: 21,000 / (10,000 x 0.7) is 3.0000000000000004.
    expect(estimateCost(basis, medium, { ...wish, opsPerS: 21_000 })?.instances).toBe(3);
  });

  it("is the cheapest bill, of equals the one with the fewest instances", () => {
    expect(cheapest(basis, [medium, xlarge], { ...wish, opsPerS: 56_000 })).toMatchObject({ type: "x", instances: 2 });
    expect(cheapest(basis, [medium, xlarge], { ...wish, opsPerS: 30_000 })).toMatchObject({ type: "m", instances: 5 });
  });
});

describe("the latency objective", () => {
  const latencies = [
    { offeredRatePerS: 1_000, p99Ms: 4 },
    { offeredRatePerS: 5_000, p99Ms: 20 },
  ];

  it("caps capacity at the highest rate that keeps it, when a higher one misses it", () => {
    expect(judgeObjective({ ...basis, latencies }, 10)).toEqual({ kind: "limits", upToOpsPerS: 1_000, missedAtOpsPerS: 5_000 });
    expect(estimateCost({ ...basis, latencies }, medium, wish)).toMatchObject({ capacityOpsPerS: 1_000, instances: 72 });
  });

  it("leaves no estimate when the lowest rate misses it", () => {
    expect(judgeObjective({ ...basis, latencies }, 3)).toMatchObject({ kind: "missed", atOpsPerS: 1_000 });
    expect(estimateCost({ ...basis, latencies }, medium, { ...wish, p99Ms: 3 })).toBeNull();
  });

  it("is unknown without a valid p99", () => {
    expect(judgeObjective({ ...basis, latencies: [] }, 10)).toEqual({ kind: "unknown" });
  });
});

describe("an objective that was searched", () => {
  const searched = { p99Ms: 10, ratePerS: 6_000, launches: 6, bounded: false };
  const found: CostBasis = { ...basis, searched };
  const nothing: CostBasis = { ...basis, latencies: [], searched: { p99Ms: 10, ratePerS: null, reason: "kept at no rate" } };

  it("caps capacity at the rate that keeps it, and at no other objective more than that", () => {
    expect(judgeObjective(found, 10)).toEqual({ kind: "searched", upToOpsPerS: 6_000, bounded: false });
    expect([10, 20, 1_000].map((p99Ms) => capacityAtObjective(found, p99Ms))).toEqual([6_000, 6_000, 6_000]);
  });

  it("says nothing of a tighter one: there only an offered rate counts", () => {
    expect(judgeObjective(found, 9)).toEqual({ kind: "kept", upToOpsPerS: 2_000 });
    expect(judgeObjective(found, 4)).toMatchObject({ kind: "missed" });
    expect(judgeObjective({ ...found, latencies: [] }, 9)).toEqual({ kind: "no answer", reason: "searched for 10 ms only" });
  });

  it("without an answer leaves no bill, however high the throughput", () => {
    expect(judgeObjective(nothing, 10)).toEqual({ kind: "no answer", reason: "kept at no rate" });
    expect(estimateCost(nothing, medium, wish)).toBeNull();
    expect(knownRate({ ...nothing, searched: null }, 10)).toBeNull();
  });

  it("does not outweigh an offered rate that misses it", () => {
    const missed = { ...found, latencies: [{ offeredRatePerS: 2_000, p99Ms: 15 }] };
    expect(judgeObjective(missed, 10)).toMatchObject({ kind: "missed", atOpsPerS: 2_000 });
    expect(judgeObjective({ ...missed, searched: { ...searched, ratePerS: 1_500 } }, 10)).toMatchObject({
      kind: "searched",
      upToOpsPerS: 1_500,
    });
  });

  it("is never cheaper when it is stricter", () => {
    const objectives = [3, 4.9, 5, 9, 9.9, 10, 11, 50];
    const rates = objectives.map((p99Ms) => capacityAtObjective(found, p99Ms) ?? 0);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
  });
});

describe("paying back", () => {
  const bill = (dollarsPerMonth: number, engineeringDollars: number) => ({ dollarsPerMonth, engineeringDollars });

  it("takes the extra cost by the saving a month", () => {
    expect(monthsToPayBack(bill(500, 10_000), bill(100, 30_000))).toBe(50);
  });

  it("never happens without a saving, and at once without an extra cost", () => {
    expect(monthsToPayBack(bill(100, 10_000), bill(100, 30_000))).toBeNull();
    expect(monthsToPayBack(bill(500, 10_000), bill(100, 10_000))).toBe(0);
  });
});

describe("the basis in a result", () => {
  const result = syntheticResult({
    services: [
      { id: "fast", language: "rust", slowness: 1, figures: { throughput: "bounded" } },
      { id: "broken", language: "go", slowness: 2, figures: { throughput: "void" } },
      { id: "slow", language: "python", slowness: 5, figures: { p99: "void", pssLoad: "void" } },
    ],
  });
  const [scenario] = costBases(result);

  it("is the lower end of throughput, the upper ends of p99 and memory, and the bytes of answers and writes", () => {
    const { throughput, p99, pssLoad } = result.cells[0]?.figures ?? {};
    if (throughput?.verdict !== "bounded" || p99?.verdict !== "valid" || pssLoad?.verdict !== "valid") throw new Error("as built above");
    expect(scenario?.bases[0]).toEqual({
      implementation: "fast",
      cpus: 1,
      capacityOpsPerS: throughput.interval?.low,
      launches: 6,
      bounded: true,
      latencies: [{ offeredRatePerS: 2_000, p99Ms: (p99.interval?.high ?? 0) / 1000 }],
      searched: null,
      memoryBytes: pssLoad.interval?.high,
      // 600 bytes an answer; 30 % writes of 512 bytes.
      bytesSentPerOp: 600 + 0.3 * 512,
    });
  });

  it("takes the lower end of the rate that was searched for the scenario's objective, or why there is none; nothing where none was", () => {
    const run = (figures: SyntheticService["figures"]) => {
      const made = syntheticResult({ services: [{ id: "fast", language: "rust", slowness: 1, ...(figures && { figures }) }] });
      const scenarios = made.scenarios.map((one) => ({ ...one, objective: { p99Ms: 10 } }));
      return { ...made, scenarios, plan: { ...made.plan, settings: { ...made.plan.settings, searchObjective: true } } };
    };
    const found = run({ objectiveRate: "bounded" });
    const rate = found.cells[0]?.figures.objectiveRate;
    if (rate?.verdict !== "bounded") throw new Error("as built above");
    const searchedIn = (one: Result) => costBases(one)[0]?.bases[0]?.searched;
    expect(searchedIn(found)).toEqual({ p99Ms: 10, ratePerS: rate.interval?.low, launches: 6, bounded: true });
    expect(searchedIn(run({ objectiveRate: "void" }))).toEqual({ p99Ms: 10, ratePerS: null, reason: expect.any(String) });
    expect(searchedIn(syntheticResult({ services: [{ id: "fast", language: "rust", slowness: 1 }] }))).toBeNull();
  });

  it("takes RSS where PSS is missing, and no latency that is void", () => {
    const slow = scenario?.bases.find(({ implementation }) => implementation === "slow");
    expect(slow?.latencies).toEqual([]);
    expect(slow?.memoryBytes).toBeGreaterThan(100e6);
  });

  it("says why a service has none", () => {
    expect(scenario?.missing).toEqual([
      { implementation: "broken", reason: expect.stringMatching(/^no valid throughput: The generator was late/) },
    ]);
  });
});

it("takes prices from a list with a date and a source, valid by its own schema", () => {
  expect(priceListSchema.parse(defaultPrices).types).toHaveLength(12);
  expect(defaultPrices.types.find(({ name }) => name === "c8g.2xlarge")).toMatchObject({ vcpu: 8, dollarsPerHour: 0.31904 });
  expect(() => priceListSchema.parse({ ...defaultPrices, types: [{ ...medium, dollarsPerHour: -1 }] })).toThrow("dollarsPerHour");
});
