import { expect, test } from "vitest";
import { canReject, familyLevel, fewestRounds, planLooks } from "./looks.ts";

test.each([
  [5, 7],
  [10, 8],
  [15, 9],
])("a family of %i needs %i rounds: their smallest p value passes Holm's first step", (members, rounds) => {
  expect(fewestRounds(members)).toBe(rounds);
  expect(2 ** -rounds).toBeLessThanOrEqual(familyLevel / members);
  expect(2 ** -(rounds - 1)).toBeGreaterThan(familyLevel / members);
  expect([canReject(rounds - 1, members), canReject(rounds, members)]).toEqual([false, true]);
});

test("more rounds than can be enumerated are refused too", () => {
  expect(canReject(17, 5)).toBe(false);
});

test("what the looks may spend adds up to the family's level, and none may spend what it cannot reject with", () => {
  for (let members = 1; members <= 50; members++) {
    for (let rounds = fewestRounds(members); rounds <= 16; rounds++) {
      const looks = planLooks(rounds, members);
      expect(looks.reduce((sum, { level }) => sum + level, 0)).toBeCloseTo(familyLevel, 12);
      expect(looks.at(-1)?.rounds).toBe(rounds);
      const spending = looks.filter(({ level }) => level > 0);
      for (const look of spending) expect(2 ** -look.rounds).toBeLessThanOrEqual(look.level / members);
    }
  }
});

test("twelve rounds are looked at after 6, 9 and 12; a small family can stop at 9 with a regression", () => {
  expect(planLooks(12, 5).map(({ rounds, level }) => [rounds, level.toFixed(4)])).toEqual([
    [6, "0.0000"],
    [9, "0.0125"],
    [12, "0.0375"],
  ]);
  expect(planLooks(12, 10).map(({ level }) => level)).toEqual([0, 0, 0.05]);
});
