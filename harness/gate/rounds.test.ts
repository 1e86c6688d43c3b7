import { expect, test } from "vitest";
import { describePower, roundsWithin } from "./rounds.ts";

test("as many rounds as fit, but no more than 12", () => {
  expect(roundsWithin(900, 1, 50)).toBe(12);
  expect(roundsWithin(900, 2, 50)).toBe(9);
});

test("so little time that nothing could ever be found is refused, with the time that is enough", () => {
  expect(() => roundsWithin(900, 3, 50)).toThrow(
    "enough for 6 rounds of 3 implementations, but with fewer than 9 no regression can be found",
  );
  expect(roundsWithin(23 * 60, 3, 50)).toBe(9);
});

test("before a job it is told what its rounds can find, and where they promise nothing", () => {
  expect(describePower(1, 12)).toMatch(/throughput, cpuPerOperation, pssLoad: 8 %, 12 %, 24 %/);
  expect(describePower(2, 8)).toContain("no round is to spare");
});
