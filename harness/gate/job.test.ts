import { expect, test } from "vitest";
import { syntheticResult } from "../../report/testing/synthetic-result.ts";
import { Simulator } from "../core/gate/testing/simulated-job.ts";
import { type GatedMetric, gatedMetrics, type Launches, type MemberName } from "../core/gate/family.ts";
import type { Cell, Figure } from "../core/result.ts";
import { roundsText } from "./show.ts";
import { type MeasureRound, type RoundName, runGateJob } from "./job.ts";

const [cell] = syntheticResult({ services: [{ id: "a", language: "go", slowness: 1 }] }).cells;
const plain = cell?.figures as Cell["figures"];

interface Fake {
  readonly measure: MeasureRound;
  /** What was asked for. */
  readonly asked: { readonly open: readonly MemberName[]; readonly name: RoundName }[];
}

/** "go" where all figures of go are asked for, "go p99+coldStart" where only these are. */
function subjects(open: readonly MemberName[]): string {
  const of = (id: string): string => {
    const metrics = open.filter(({ implementation }) => implementation === id).map(({ metric }) => metric);
    return metrics.length === gatedMetrics.length ? id : `${id} ${metrics.join("+")}`;
  };
  return [...new Set(open.map(({ implementation }) => implementation))].map(of).join(", ");
}

/** Launches with a spread of 2 %; `head` says how much larger the head's value is. */
function fake(head: (implementation: string, metric: GatedMetric, name: RoundName) => number | Figure): Fake {
  const simulator = new Simulator(7);
  const asked: Fake["asked"] = [];
  const launch = (factor: (metric: GatedMetric) => number | Figure): Cell["figures"] => {
    const figure = (metric: GatedMetric): Figure => {
      const by = factor(metric);
      return typeof by === "number"
        ? { verdict: "valid", value: 100 * by * Math.exp(0.02 * simulator.normal()), interval: null, launches: 1 }
        : by;
    };
    return {
      ...plain,
      throughput: figure("throughput"),
      p99: figure("p99"),
      cpuPerOperation: figure("cpuPerOperation"),
      pssLoad: figure("pssLoad"),
      coldStart: figure("coldStart"),
    };
  };
  const measure: MeasureRound = async (open, name) => {
    asked.push({ open, name });
    const only = (id: string, figures: Cell["figures"]): Partial<Cell["figures"]> =>
      Object.fromEntries(open.filter(({ implementation }) => implementation === id).map(({ metric }) => [metric, figures[metric]]));
    return new Map(
      [...new Set(open.map(({ implementation }) => implementation))].map((id): [string, Launches] => [
        id,
        {
          a1: only(
            id,
            launch(() => 1),
          ),
          a2: only(
            id,
            launch(() => 1),
          ),
          b: only(
            id,
            launch((metric) => head(id, metric, name)),
          ),
        },
      ]),
    );
  };
  return { measure, asked };
}

test("an unchanged service passes after half of the rounds, without fresh ones", async () => {
  const { measure, asked } = fake(() => 1);
  const result = await runGateJob(["go"], 12, measure);
  expect(result).toMatchObject({ verdict: "pass", rounds: { planned: 12, measured: 6, confirmation: 0 } });
  expect(asked).toHaveLength(6);
  expect(result.sentence).toBe("No slowdown or growth beyond 11 % in any of the 5 figures judged.");
});

test("what has passed is not measured on while another figure is open, and a closed loop gives three figures at once", async () => {
  // 4.5 % more CPU: hardly to be told from the threshold of 5 %.
  const { measure, asked } = fake((id, metric) => (id === "rust" && metric === "cpuPerOperation" ? 1.045 : 1));
  const result = await runGateJob(["go", "rust"], 12, measure);
  expect(asked.map(({ open }) => subjects(open))).toEqual([
    ...Array.from({ length: 6 }, () => "go, rust"),
    ...Array.from({ length: 6 }, () => "rust throughput+cpuPerOperation+pssLoad"),
  ]);
  expect(result).toMatchObject({ verdict: "inconclusive", rounds: { planned: 12, measured: 12 } });
  const roundsOf = (id: string) => result.members.filter(({ implementation }) => implementation === id).map(({ rounds }) => rounds);
  expect([roundsOf("go"), roundsOf("rust")]).toEqual([Array(5).fill(6), [12, 6, 12, 12, 6]]);
  expect(roundsText(result)).toBe("12 of 12 rounds were measured (fewer of what was settled by then)");
});

test("a slow metric is measured again, with fresh rounds of its own alone, and named with its fresh interval", async () => {
  const { measure, asked } = fake((id, metric) => (id === "go" && metric === "p99" ? 1.3 : 1));
  const result = await runGateJob(["go", "rust"], 12, measure);
  expect(result.verdict).toBe("regression");
  expect(result.members.filter(({ verdict }) => verdict === "regression")).toMatchObject([{ implementation: "go", metric: "p99" }]);
  expect(result.sentence).toMatch(/^Regression, found twice: go p99 \+(2\d|3\d)\.\d % \(95 % interval \+2\d\.\d % to \+3\d\.\d %\)\.$/);
  const fresh = asked.filter(({ name }) => name.phase === "confirmation");
  expect(fresh).toHaveLength(12);
  expect(new Set(fresh.map(({ open }) => subjects(open)))).toEqual(new Set(["go p99"]));
  const slow = result.members.find(({ metric, implementation }) => metric === "p99" && implementation === "go");
  expect([slow?.values.length, slow?.freshValues.length]).toEqual([slow?.rounds, 12]);
});

test("a capacity that fell is shown as fallen", async () => {
  const { measure } = fake((_, metric) => (metric === "throughput" ? 0.8 : 1));
  const result = await runGateJob(["go"], 12, measure);
  const [throughput] = result.members;
  expect(throughput).toMatchObject({ metric: "throughput", verdict: "regression" });
  expect(throughput?.change?.high).toBeLessThan(0.85);
  expect(result.sentence).toContain("go throughput −");
});

test("what fresh rounds do not show again is no regression, and is said", async () => {
  const { measure } = fake((_, metric, { phase }) => (metric === "p99" && phase === "first" ? 1.3 : 1));
  const result = await runGateJob(["go"], 12, measure);
  expect(result.verdict).toBe("inconclusive");
  expect(result.members.find(({ metric }) => metric === "p99")).toMatchObject({
    verdict: "inconclusive",
    reason: "found in the first rounds, but not again in fresh ones",
  });
});

test("a candidate whose fresh rounds are void is not said to have vanished", async () => {
  const broken: Figure = { verdict: "void", reason: "3.0 % of the requests failed", cure: "read its log" };
  const { measure } = fake((_, metric, { phase }) => (metric !== "p99" ? 1 : phase === "first" ? 1.3 : broken));
  const result = await runGateJob(["go"], 12, measure);
  expect(result.members.find(({ metric }) => metric === "p99")).toMatchObject({
    verdict: "inconclusive",
    reason: "found in the first rounds; only 0 of the fresh ones were valid (head: 3.0 % of the requests failed)",
  });
});

test("a figure that is only a bound is not judged, and the verdict says so", async () => {
  const bounded: Figure = {
    verdict: "bounded",
    value: 100,
    interval: null,
    launches: 1,
    reason: "the load agent ends first",
    cure: "more processors",
  };
  const result = await runGateJob(["go"], 12, fake((_, metric) => (metric === "throughput" ? bounded : 1)).measure);
  expect(result.verdict).toBe("pass");
  expect(result.members[0]).toMatchObject({ verdict: "unjudged", reason: "head: the load agent ends first", change: null, base: null });
  expect(result.sentence).toBe("No slowdown or growth beyond 11 % in any of the 4 figures judged. Not judged: go throughput.");
});

test("a head whose launches are void is inconclusive with the reason, never a pass", async () => {
  const broken: Figure = { verdict: "void", reason: "3.0 % of the requests failed", cure: "read its log" };
  const result = await runGateJob(["go"], 12, fake((_, metric) => (metric === "p99" ? broken : 1)).measure);
  // The other figures pass after half of the rounds, and more of this one would hardly come valid: no use to measure on.
  expect(result).toMatchObject({ verdict: "inconclusive", rounds: { planned: 12, measured: 6 } });
  expect(result.members.find(({ metric }) => metric === "p99")).toMatchObject({
    verdict: "inconclusive",
    reason: "only 0 of 6 rounds were valid (head: 3.0 % of the requests failed)",
    values: Array(6).fill("void"),
  });
  expect(result.sentence).toContain("go p99");
});
