import { expect, test } from "vitest";
import { inRealTime, syntheticResult, type SyntheticOptions, type SyntheticService } from "../../report/testing/synthetic-result.ts";
import { type Change, compareRuns, type FigurePair, methodDifferences } from "./compare-runs.ts";
import type { MetricName } from "./metrics.ts";
import type { Result } from "./result.ts";

const service = (slowness: number, more: Partial<SyntheticService> = {}): SyntheticService => ({
  id: "go-production",
  language: "go",
  slowness,
  ...more,
});
const runOf = (seed: number, one: SyntheticService, more: Partial<SyntheticOptions> = {}): Result =>
  syntheticResult({ services: [one], seed, ...more });

function pair(a: Result, b: Result, metric: MetricName): FigurePair {
  const found = compareRuns(a, b).cells[0]?.figures.find((figure) => figure.metric === metric);
  if (found === undefined) throw new Error(`no ${metric}`);
  return found;
}

test.each<[MetricName, Change, Change]>([
  ["throughput", "slower", "faster"],
  ["p99", "slower", "faster"],
  ["coldStart", "slower", "faster"],
  ["cpuPerOperation", "larger", "smaller"],
  ["pssLoad", "larger", "smaller"],
  ["artifact", "larger", "smaller"],
])("a service that became 1.3 times slower and bigger has %s %s, and the other way round %s", (metric, worse, better) => {
  const [before, after] = [runOf(1, service(1)), runOf(2, service(1.3))];
  expect(pair(before, after, metric).verdict).toMatchObject({ kind: "changed", change: worse });
  expect(pair(after, before, metric).verdict).toMatchObject({ kind: "changed", change: better });
});

test("the ratio is B / A with its interval", () => {
  const { verdict } = pair(runOf(1, service(1)), runOf(2, service(1.3)), "p99");
  if (verdict.kind !== "changed") throw new Error("not changed");
  expect(verdict.ratio.low).toBeLessThan(1.3);
  expect(verdict.ratio.high).toBeGreaterThan(1.3);
});

test("a run against itself is indistinguishable in every figure", () => {
  const run = runOf(1, service(1));
  const kinds = compareRuns(run, run).cells.flatMap(({ figures }) => figures.map(({ verdict }) => verdict.kind));
  expect(new Set(kinds)).toEqual(new Set(["indistinguishable"]));
});

test("below six launches, void or bounded, nothing is claimed, and the reason says which run", () => {
  const sound = runOf(1, service(1));
  const reason = (a: Result, b: Result): unknown => pair(a, b, "throughput").verdict;
  expect(reason(sound, runOf(2, service(9), { launches: 5 }))).toEqual({
    kind: "inconclusive",
    reason: "too few launches: 6 in A and 5 in B, 6 are needed",
  });
  expect(reason(runOf(2, service(9, { figures: { throughput: "void" } })), sound)).toMatchObject({
    reason: expect.stringMatching(/^void in A: /),
  });
  expect(reason(sound, runOf(2, service(9, { figures: { throughput: "bounded" } })))).toMatchObject({
    reason: expect.stringMatching(/^only a bound in B: /),
  });
});

test("cells of one run only, another machine and the number of figures are told", () => {
  const a = syntheticResult({ services: [service(1), { id: "rust-production", language: "rust", slowness: 1 }] });
  const b = runOf(2, service(1));
  const elsewhere: Result = {
    ...b,
    machine: { ...b.machine, cpuModel: "Another CPU", keptAwake: true },
    trials: inRealTime(b.trials, 5_000),
    redis: { ...b.redis, version: "7.4.0" },
  };
  const { cells, notes } = compareRuns(a, elsewhere);
  expect(cells.map(({ implementation }) => implementation)).toEqual(["go-production"]);
  const text = notes.join("\n");
  expect(text).toContain("The machines differ (Example CPU, 2 processors; Another CPU, 2 processors)");
  expect(text).toContain("Redis: redis 7.2.5 in A, redis 7.4.0 in B");
  expect(text).toContain("idle processors: left to sleep in A, kept awake in B");
  expect(text).toContain("load agents in the open loop: at usual priority in A, in real time in B");
  expect(text).toContain("only in A: rust-production in mixed-70-30 at 2000/s");
  expect(text).toContain("about 1 in 20");
  expect(text).toContain("the same source in both: go-production");
});

test("runs may be compared when their method is the same; otherwise it is said which settings differ", () => {
  const a = runOf(1, service(1));
  expect(methodDifferences(a, runOf(2, service(1)))).toEqual([]);
  const other = (settings: Partial<Result["plan"]["settings"]>): Result => ({
    ...a,
    plan: { ...a.plan, methodHash: "c".repeat(64), settings: { ...a.plan.settings, seed: 99, ...settings } },
  });
  expect(methodDifferences(a, other({ openLoopMs: 1_000, connections: 10 }))).toEqual([
    "openLoopMs is 8000 in A and 1000 in B",
    "connections is null in A and 10 in B",
  ]);
  expect(methodDifferences(a, other({}))).toEqual([expect.stringContaining("method version")]);
  const changed: Result = { ...other({}), scenarios: a.scenarios.map((scenario) => ({ ...scenario, connections: 7 })) };
  expect(methodDifferences(a, changed)).toEqual(["scenario mixed-70-30 asks for something else in B"]);
});

test("a run in containers beside one in processes says whether a change is the container's cost, and leaves out what is another thing there", () => {
  const processes = runOf(1, service(1));
  const base = runOf(2, service(1));
  const target = { kind: "docker", sentence: "containers", memoryLimitBytes: 1, instance: null, emulation: null } as const;
  const docker: Result = { ...base, plan: { ...base.plan, target } };
  const { cells, notes } = compareRuns(processes, docker);
  expect(notes.join(" ")).toContain("a change below is what the container costs");
  expect(notes).toContain("target: process in A, docker in B");
  const compared = cells[0]?.figures.map(({ metric }) => metric);
  expect(compared).toContain("throughput");
  expect(compared).not.toContain("coldStart");
  expect(compared).not.toContain("artifact");

  const otherRedis = compareRuns(processes, { ...docker, redis: { ...docker.redis, version: "0.0.1" } }).notes.join(" ");
  expect(otherRedis).toContain("these differ too: Redis");
  expect(otherRedis).not.toContain("is what the container costs");
  expect(compareRuns(processes, base).notes.join(" ")).not.toContain("container");
});
