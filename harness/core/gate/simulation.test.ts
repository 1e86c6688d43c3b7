/** The promises of the gate, kept by simulated jobs (seeded, so that they come out the same everywhere). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../paths.ts";
import { judge } from "./decide.ts";
import { familyLevel } from "./looks.ts";
import { smallestFound } from "./power.ts";
import { shareFound } from "./testing/power-table.ts";
import { type Noise, type Outcome, realistic, type SimulatedMember, Simulator } from "./testing/simulated-job.ts";

/** Throughput, p99, CPU, memory and cold start of as many implementations. */
function family(implementations: number, slowMember = -1, slowdown = 0): readonly SimulatedMember[] {
  return Array.from({ length: implementations * 5 }, (_, index) => ({
    better: index % 5 === 0 ? "higher" : "lower",
    minimalEffect: index % 5 === 1 || index % 5 === 4 ? 0.1 : 0.05,
    effect: index === slowMember ? Math.log(1 + slowdown) : 0,
  }));
}

function jobs(count: number, seed: number, members: readonly SimulatedMember[], noise: Noise, rounds = 12): readonly Outcome[] {
  const simulator = new Simulator(seed);
  return Array.from({ length: count }, () => simulator.job(members, rounds, noise));
}

const share = (outcomes: readonly Outcome[], is: (outcome: Outcome) => boolean): number => outcomes.filter(is).length / outcomes.length;

describe("where nothing changed, at most 1 job in 100 raises a false alarm", () => {
  test.each<[string, Noise]>([
    ["launch spread 2 %", realistic(0.02)],
    ["launch spread 5 %", realistic(0.05)],
    ["launch spread 12 %", realistic(0.12)],
    ["every twelfth launch disturbed, strongly", { ...realistic(0.05), disturbed: 0.08, disturbance: 0.4 }],
    ["neighbours that stay, steps in every job", { ...realistic(0.05), autocorrelation: 0.9, steps: 1, drift: 3 }],
  ])("%s", (_, noise) => {
    expect(share(jobs(1_000, 1, family(2), noise), ({ verdict }) => verdict === "regression")).toBeLessThanOrEqual(0.01);
  });

  test("with the fewest rounds that are not refused", () => {
    expect(share(jobs(1_000, 2, family(2), realistic(0.05), 8), ({ verdict }) => verdict === "regression")).toBeLessThanOrEqual(0.01);
    expect(share(jobs(1_000, 2, family(3), realistic(0.05), 9), ({ verdict }) => verdict === "regression")).toBeLessThanOrEqual(0.01);
  });
});

test.each<[string, Partial<Noise>]>([
  ["noise without disturbed launches", { disturbed: 0 }],
  ["realistic noise", {}],
  ["many disturbed launches", { disturbed: 0.2, disturbance: 0.3 }],
])("the test alone, without threshold and confirmation, rejects in no more than 5 %% of jobs: %s", (_, more) => {
  const simulator = new Simulator(3);
  const members = family(2).map((member) => ({ ...member, minimalEffect: 0 }));
  let rejecting = 0;
  for (let job = 0; job < 1_500; job++) {
    const judged = judge(simulator.measure(members, 12, { ...realistic(0.05), ...more }), { rounds: 12, planned: 12, level: familyLevel });
    if (Math.min(...judged.map(({ pValue }) => pValue)) <= familyLevel / members.length) rejecting++;
  }
  // 5 % and two standard errors of 1,500 jobs.
  expect(rejecting / 1_500).toBeLessThan(0.05 + 0.0113);
});

describe("a 15 % slowdown at a launch spread of 5 %", () => {
  test.each([
    [1, "p99", 1],
    [1, "CPU per operation", 2],
    [2, "throughput", 0],
    [2, "p99", 1],
    [3, "p99", 1],
  ])("of one of %i implementations in %s is found in at least 9 of 10 jobs, and nobody else is blamed", (implementations, _, slow) => {
    const outcomes = jobs(1_000, 4, family(implementations, slow, 0.15), realistic(0.05));
    expect(share(outcomes, ({ regressions }) => regressions.includes(slow))).toBeGreaterThanOrEqual(0.9);
    expect(share(outcomes, ({ regressions }) => regressions.some((index) => index !== slow))).toBeLessThanOrEqual(0.01);
    expect(share(outcomes, ({ passed, verdict }) => verdict === "pass" || passed.includes(slow))).toBeLessThanOrEqual(0.02);
  });
});

test("on a quiet machine an unchanged version passes in most jobs, and most of those end after half of the rounds", () => {
  const outcomes = jobs(500, 5, family(2), realistic(0.02));
  expect(share(outcomes, ({ verdict }) => verdict === "pass")).toBeGreaterThan(0.9);
  expect(share(outcomes, ({ rounds }) => rounds === 6)).toBeGreaterThan(0.5);
});

test.each([
  { members: 5, rounds: 12, minimalEffect: 0.05, spread: 0.02 },
  { members: 5, rounds: 8, minimalEffect: 0.05, spread: 0.05 },
  { members: 10, rounds: 12, minimalEffect: 0.1, spread: 0.05 },
  { members: 10, rounds: 9, minimalEffect: 0.05, spread: 0.1 },
  { members: 15, rounds: 16, minimalEffect: 0.1, spread: 0.1 },
])("what is told before a job is found in 9 of 10 of them: %o", (question) => {
  const slowdown = smallestFound(question);
  if (slowdown === null) throw new Error("it should find something");
  const { members, rounds, minimalEffect, spread } = question;
  const all = Array.from({ length: members }, (_, index) => ({
    better: "lower" as const,
    minimalEffect,
    effect: index === 0 ? Math.log(1 + slowdown) : 0,
  }));
  expect(share(jobs(300, 6, all, realistic(spread), rounds), ({ regressions }) => regressions.includes(0))).toBeGreaterThanOrEqual(0.88);
});

test("without a round to spare nothing is promised", () => {
  expect(smallestFound({ members: 10, rounds: 8, minimalEffect: 0.05, spread: 0.01 })).toBeNull();
});

test("the published table is the one these rules give", () => {
  const published = /^\| 5 %\s+\|(.*)\|$/m.exec(readFileSync(join(packageRoot, "docs", "gate.md"), "utf8"))?.[1];
  const cells = published?.split("|").map((cell) => Number.parseFloat(cell) / 100) ?? [];
  for (const [index, slowdown] of [0, 0.05, 0.075, 0.1, 0.15].entries()) {
    // 200 jobs against the 1,000 of the table: within four standard errors.
    const seen = shareFound({ slowdown, spread: 0.05, minimalEffect: 0.05, jobs: 200 });
    expect(Math.abs(seen - (cells[index] ?? Number.NaN))).toBeLessThan(0.15);
  }
});
