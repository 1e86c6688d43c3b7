import { describe, expect, it, test } from "vitest";
import { syntheticResult } from "../../report/testing/synthetic-result.ts";
import { agreementOf } from "./agreement.ts";

const twins = new Map([["go-twin", "go"]]);
const service = (id: string, slowness: number) => ({ id, language: "go", slowness });
const run = (seed: number, twinSlowness = 1, rustSlowness = 2) =>
  syntheticResult({ seed, spread: 0.05, services: [service("go", 1), service("go-twin", twinSlowness), service("rust", rustSlowness)] });
const seeds = Array.from({ length: 100 }, (_, seed) => seed);

describe("of runs that differ by chance alone", () => {
  const { twinsToldApart, ratiosDisagree } = agreementOf(
    "throughput",
    seeds.map((seed) => run(seed)),
    twins,
  );

  it("about one in twenty tells a service from its twin", () => {
    expect(twinsToldApart.of).toBe(100);
    expect(twinsToldApart.count).toBeLessThan(12);
  });

  it("few pairs disagree about a ratio; each pair of runs gives one for each pair of services", () => {
    expect(ratiosDisagree.of).toBe(((100 * 99) / 2) * 3);
    expect(ratiosDisagree.count / ratiosDisagree.of).toBeLessThan(0.1);
  });
});

test("a twin that is slower is told apart in every run", () => {
  const slower = seeds.slice(0, 10).map((seed) => run(seed, 1.5));
  expect(agreementOf("throughput", slower, twins).twinsToldApart).toEqual({ count: 10, of: 10 });
});

test("a run in which one service was slower disagrees with the others, about that service alone", () => {
  const { ratiosDisagree } = agreementOf("throughput", [run(1), run(2, 1, 4)], twins);
  expect(ratiosDisagree).toEqual({ count: 2, of: 3 });
});

test("what is void in a run is not compared", () => {
  const services = [service("go", 1), { ...service("go-twin", 1), figures: { p99: "void" as const } }];
  expect(agreementOf("p99", [syntheticResult({ services }), run(1)], twins)).toEqual({
    twinsToldApart: { count: expect.any(Number), of: 1 },
    ratiosDisagree: { count: 0, of: 0 },
  });
});
