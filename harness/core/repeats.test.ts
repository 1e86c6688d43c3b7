import fc from "fast-check";
import { expect, test } from "vitest";
import { buildPlan } from "./plan.ts";
import type { PlannedTrial } from "./plan-schema.ts";
import { presets } from "./presets.ts";
import { repeatsAllowed, repeatsOf } from "./repeats.ts";
import type { Finding, Trial } from "./result.ts";
import { testScenario } from "./testing/load-measurement.ts";
import { planTopology } from "./topology.ts";

const plan = buildPlan({
  settings: { ...presets.quick.settings, preset: "quick", engine: "socket", seed: 1, connections: null, precision: null },
  topology: planTopology([0, 1], true),
  implementations: ["a", "b"].map((id) => ({ id, sourceHash: id })),
  scenarios: [testScenario],
});

type End = Finding["severity"] | "sound" | "failed";
const finished = (planned: PlannedTrial, end: End): Trial => ({
  ...planned,
  startedAt: "2026-01-01T00:00:00.000Z",
  durationS: 1,
  outcome:
    end === "failed"
      ? { kind: "failed", stage: "measure", reason: "", logTail: [] }
      : ({
          kind: "measured",
          loadPoints: [],
          findings: end === "sound" ? [] : [{ severity: end, loadPoint: 0 }],
        } as unknown as Trial["outcome"]),
});
/** Runs to the end as a run does, a trial at a time. */
function runToEnd(endOf: (trial: PlannedTrial) => End): Trial[] {
  const trials = plan.trials.map((trial) => finished(trial, endOf(trial)));
  for (;;) {
    const next = repeatsOf(plan, trials).find(({ id }) => !trials.some((trial) => trial.id === id));
    if (next === undefined) return trials;
    trials.push(finished(next, endOf(next)));
  }
}

test("a void trial is repeated after all others, in a block of its own", () => {
  const [first, second] = plan.trials;
  const trials = runToEnd(({ id }) => (id === first?.id || id === second?.id ? "void" : "sound"));
  const repeats = trials.slice(plan.trials.length);
  expect(repeats.map(({ id }) => id).toSorted()).toEqual([`${first?.id}-2`, `${second?.id}-2`]);
  expect(repeats.map(({ block }) => block)).toEqual([6, 6]);
  expect(repeats.map(({ implementation }) => implementation).toSorted()).toEqual(["a", "b"]);
});

test("what is sound, bounded or failed is not repeated", () => {
  for (const end of ["sound", "bounded", "failed"] as const) expect(runToEnd(() => end).length).toBe(plan.trials.length);
});

test("a run of one trial may repeat it once, one without a budget nothing", () => {
  const [trial] = plan.trials;
  if (trial === undefined) throw new Error("a plan has trials");
  expect(repeatsAllowed({ settings: plan.settings, trials: [trial] })).toBe(1);
  expect(repeatsAllowed({ settings: { ...plan.settings, repeatBudget: 0 }, trials: plan.trials })).toBe(0);
});

test("what is void for a reason ends with the budget: a quarter of the planned trials", () => {
  expect(repeatsAllowed(plan)).toBe(3);
  const repeats = runToEnd(({ implementation }) => (implementation === "a" ? "void" : "sound")).slice(plan.trials.length);
  expect(repeats.length).toBe(3);
  expect(new Set(repeats.map(({ implementation }) => implementation))).toEqual(new Set(["a"]));
  const again = runToEnd(({ id }) => (id.startsWith("t0001") ? "void" : "sound")).slice(plan.trials.length);
  expect(again.map(({ id, block }) => [id, block])).toEqual([
    ["t0001-2", 6],
    ["t0001-3", 7],
    ["t0001-4", 8],
  ]);
});

test("a run that is resumed anywhere does the same repeats", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 11 })), fc.nat(20), (voids, stoppedAfter) => {
      const whole = runToEnd(({ id }) => (voids.includes(plan.trials.findIndex((trial) => trial.id === id)) ? "void" : "sound"));
      const kept = whole.slice(0, Math.max(plan.trials.length, stoppedAfter));
      const wanted = whole.slice(plan.trials.length).map(({ id }) => id);
      expect(
        repeatsOf(plan, kept)
          .map(({ id }) => id)
          .slice(0, wanted.length),
      ).toEqual(wanted);
    }),
  );
});
