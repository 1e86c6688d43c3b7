import fc from "fast-check";
import { expect, test } from "vitest";
import { buildPlan, methodHash, planDifferences, remainingColdStarts, remainingTrials, trialS } from "./plan.ts";
import { planSchema, type Settings } from "./plan-schema.ts";
import { presets } from "./presets.ts";
import { testScenario } from "./testing/load-measurement.ts";
import { planTopology } from "./topology.ts";

const settings: Settings = { ...presets.quick.settings, preset: "quick", engine: "socket", seed: 1, connections: null, precision: null };
const implementations = ["a", "b", "c"].map((id) => ({ id, sourceHash: id }));
const plan = (changes: Partial<Settings> = {}) =>
  buildPlan({
    settings: { ...settings, ...changes },
    topology: planTopology([0, 1], true),
    implementations,
    scenarios: [testScenario, { ...testScenario, id: "other" }],
  });

test("a plan fits its schema and is the same for the same seed", () => {
  expect(planSchema.parse(plan())).toEqual(plan());
});

test("another seed gives another order of the same trials, and the same method", () => {
  const [first, second] = [plan(), plan({ seed: 2 })];
  expect(second.trials).not.toEqual(first.trials);
  expect(second.methodHash).toBe(first.methodHash);
});

test("every block holds every implementation in every scenario once", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 8 }), (seed, rounds) => {
      const { trials } = plan({ seed, rounds });
      for (let block = 0; block < rounds; block++) {
        const pairs = trials
          .filter((trial) => trial.block === block)
          .map(({ implementation, scenario }) => `${implementation}/${scenario}`);
        expect(pairs.toSorted()).toEqual(["a/other", "a/test", "b/other", "b/test", "c/other", "c/test"]);
      }
      expect(new Set(trials.map(({ id }) => id)).size).toBe(trials.length);
    }),
  );
});

test("what is finished is not done again", () => {
  const { trials } = plan();
  expect(remainingTrials(plan(), new Set(trials.slice(0, 5).map(({ id }) => id)))).toEqual(trials.slice(5));
  const { coldStarts } = plan();
  expect(remainingColdStarts(plan(), coldStarts.slice(0, 7))).toEqual(coldStarts.slice(7));
  expect(remainingColdStarts(plan(), [])).toEqual(coldStarts);
});

test("the ETA is the sum of the trials' and the cold starts' times", () => {
  expect(plan({ coldStartRuns: 0 }).etaS).toBeCloseTo(36 * trialS(settings, testScenario));
  expect(plan().etaS).toBeGreaterThan(plan({ coldStartRuns: 0 }).etaS);
});

test("a change of scenario or settings is a change of method", () => {
  const hash = methodHash(settings, [testScenario]);
  expect(methodHash({ ...settings, openLoopMs: 1 }, [testScenario])).not.toBe(hash);
  expect(methodHash(settings, [{ ...testScenario, connections: 1 }])).not.toBe(hash);
});

test("a resumed plan names what changed", () => {
  expect(planDifferences(plan(), plan())).toEqual([]);
  expect(planDifferences(plan(), plan({ rounds: 3 }))).toContain("settings");
});
