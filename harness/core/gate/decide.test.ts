import { expect, test } from "vitest";
import { judge, type Judged, type Member, next, type Round } from "./decide.ts";

const look = { rounds: 12, planned: 12, level: 0.05 };
/** Rounds in which head is `factor` times base, with a spread of 1 %. */
const rounds = (factor: number, count = 12): readonly Round[] =>
  Array.from({ length: count }, (_, round) => ({
    a1: 100 + (round % 3),
    a2: 100 + ((round * 2) % 3),
    b: factor * (100 + ((round + 1) % 3)),
  }));
const member = (factor: number, more: Partial<Member> = {}): Member => ({
  better: "lower",
  minimalEffect: 0.05,
  rounds: rounds(factor),
  ...more,
});
const stateOf = (one: Member): string | undefined => judge([one], look)[0]?.state;

test("a larger time and a smaller rate are worse; the other way round passes", () => {
  expect(stateOf(member(1.2))).toBe("candidate");
  expect(stateOf(member(0.8))).toBe("pass");
  expect(stateOf(member(1.2, { better: "higher" }))).toBe("pass");
  expect(stateOf(member(0.8, { better: "higher" }))).toBe("candidate");
});

test("a slowdown that is certain but smaller than the minimal effect passes", () => {
  const [judged] = judge([member(1.03)], look);
  expect(judged?.pValue).toBeLessThan(0.001);
  expect(judged?.state).toBe("pass");
});

test("where base against base shows more than the minimal effect, that noise is the threshold", () => {
  const noisy = rounds(1.08).map((round, index) =>
    typeof round === "string" ? round : { ...round, a1: round.a1 * (index % 2 === 0 ? 1.3 : 0.7) },
  );
  const [judged] = judge([member(1, { rounds: noisy })], look);
  expect(judged?.noiseFloor).toBeGreaterThan(0.2);
  expect(judged?.threshold).toBe(judged?.noiseFloor);
  expect(judged?.state).not.toBe("candidate");
});

test("a look sees its own rounds only, and one without a level never rejects", () => {
  const turned = [...rounds(1, 6), ...rounds(2, 6)];
  expect(judge([member(1, { rounds: turned })], { rounds: 6, planned: 12, level: 0 })[0]?.state).toBe("pass");
  expect(judge([member(1.2)], { rounds: 12, planned: 12, level: 0 })[0]?.state).toBe("open");
});

test("rounds without a valid value in each launch are left out, and below six nothing is decided", () => {
  const some = (valid: number): readonly Round[] => rounds(1.5).map((round, index) => (index < valid ? round : "void"));
  expect(judge([member(1, { rounds: some(6) })], look)[0]).toMatchObject({ validRounds: 6, state: "candidate" });
  expect(judge([member(1, { rounds: some(5) })], look)[0]).toMatchObject({ validRounds: 5, shift: null, state: "out-of-reach" });
});

test("a member most of whose rounds are bounded is not judged, and does not keep the others from passing", () => {
  const bounded = rounds(1.5).map((round, index): Round => (index < 7 ? "bounded" : round));
  const judged = judge([member(1), member(1, { rounds: bounded })], look);
  expect(judged.map(({ state }) => state)).toEqual(["pass", "unjudged"]);
  expect(next(judged, false)).toEqual({ kind: "passed" });
  expect(next(judged.slice(1), true)).toEqual({ kind: "give-up" });
});

test("a member most of whose rounds are void is not excused as bounded, however few are bounded and fewer valid", () => {
  const failing = rounds(1.5).map((round, index): Round => (index < 2 ? "bounded" : index < 3 ? round : "void"));
  expect(stateOf(member(1, { rounds: failing }))).toBe("out-of-reach");
});

test("at half of the rounds it is out of reach with two valid ones of six, and open with three", () => {
  const half = { rounds: 6, planned: 12, level: 0 };
  const some = (valid: number): Member => member(1, { rounds: rounds(1, 6).map((round, index) => (index < valid ? round : "void")) });
  const [two, three] = judge([some(2), some(3)], half);
  expect([two?.state, three?.state]).toEqual(["out-of-reach", "open"]);
  // Alone it ends the job early, and never as a pass.
  expect(next([two as Judged], false)).toEqual({ kind: "give-up" });
  expect(next([two as Judged, three as Judged], false)).toEqual({ kind: "go-on" });
});

test("one candidate calls for fresh rounds; all must pass to stop early; the last look gives up", () => {
  const [pass, candidate] = judge([member(1), member(1.2)], look);
  const [open] = judge([member(1.2)], { rounds: 12, planned: 12, level: 0 });
  if (pass === undefined || candidate === undefined || open === undefined) throw new Error("not judged");
  expect(next([pass, candidate, open], false)).toEqual({ kind: "confirm", candidates: [1] });
  expect(next([pass, pass], false)).toEqual({ kind: "passed" });
  expect(next([pass, open], false)).toEqual({ kind: "go-on" });
  expect(next([pass, open], true)).toEqual({ kind: "give-up" });
});
