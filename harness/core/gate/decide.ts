/**
 * The decision of the regression gate. Family: metric x implementation. Each round launches base twice (A1, A2) and head
 * (B) in random order; a member's values are turned so that a larger one is worse, and its difference in a round is
 * ln B - (ln A1 + ln A2) / 2: positive means slower or bigger.
 */
import { holm } from "./holm.ts";
import { launchesForInterval } from "../statistics.ts";
import type { Look } from "./looks.ts";
import { noiseFloor } from "./noise-floor.ts";
import { estimateShift, type Shift } from "./shift.ts";
import { limitedDifferences, signFlipP } from "./sign-flip.ts";

/** One round of one member; void where a launch gave no valid value, bounded where one gave only a bound. */
export type Round = { readonly a1: number; readonly a2: number; readonly b: number } | "void" | "bounded";

export interface Member {
  readonly better: "higher" | "lower";
  /** The smallest change worth stopping for, as a share: 0.05 is 5 % of throughput. */
  readonly minimalEffect: number;
  readonly rounds: readonly Round[];
}

export interface Judged {
  /**
   * unjudged: most rounds give a bound only, because the set-up ends before the service does. out-of-reach: were the rounds
   * to come valid as often as those before, too few would be valid in the end for any statement.
   */
  readonly state: "candidate" | "pass" | "open" | "unjudged" | "out-of-reach";
  readonly pValue: number;
  /** ln of the ratio head / base, positive is worse; null below 6 valid rounds. */
  readonly shift: Shift | null;
  readonly noiseFloor: number;
  /** The larger of the minimal effect and the noise floor, as a log ratio. */
  readonly threshold: number;
  /** Looked at: valid, bounded and void. */
  readonly rounds: number;
  readonly validRounds: number;
  readonly boundedRounds: number;
}

type Measured = Omit<Judged, "state">;

/** All members after as many rounds as the look says. */
export function judge(family: readonly Member[], look: Look): readonly Judged[] {
  const seen = family.map((member) => measure(member, look.rounds));
  // Where a member's measuring ended earlier, its data said when: its p value tells nothing at this look.
  const pValues = seen.map(({ pValue, rounds }) => (rounds < look.rounds ? 1 : pValue));
  const rejected = look.level > 0 ? holm(pValues, look.level) : [];
  return seen.map((one, index) => ({ ...one, state: stateOf(one, look, rejected[index] === true) }));
}

/**
 * Candidate: the test rejects "not slower" and the estimate lies beyond the threshold (that the whole interval lie beyond it
 * would cost nearly all power close to it). Pass: the whole interval lies within the threshold.
 */
function stateOf(measured: Measured, { planned }: Look, rejected: boolean): Judged["state"] {
  const { shift, threshold, boundedRounds, validRounds, rounds } = measured;
  if (boundedRounds * 2 > rounds) return "unjudged";
  if (shift === null) return (validRounds / rounds) * planned < launchesForInterval ? "out-of-reach" : "open";
  if (rejected && shift.value > threshold) return "candidate";
  return shift.high < threshold ? "pass" : "open";
}

function measure({ better, minimalEffect, rounds }: Member, count: number): Measured {
  const worse = better === "lower" ? 1 : -1;
  const looked = rounds.slice(0, count);
  const valid = looked.filter((round) => typeof round === "object");
  const toA1 = valid.map(({ a1, b }) => worse * Math.log(b / a1));
  const toA2 = valid.map(({ a2, b }) => worse * Math.log(b / a2));
  const floor = noiseFloor(valid.map(({ a1, a2 }) => Math.log(a1 / a2)));
  return {
    pValue: signFlipP(limitedDifferences(toA1, toA2)),
    shift: estimateShift(toA1.map((value, round) => (value + (toA2[round] as number)) / 2)),
    noiseFloor: floor,
    threshold: Math.max(-Math.log(1 - minimalEffect), floor),
    rounds: looked.length,
    validRounds: valid.length,
    boundedRounds: looked.filter((round) => round === "bounded").length,
  };
}

/** What to do after a look. */
export type Next = { readonly kind: "confirm"; readonly candidates: readonly number[] } | { readonly kind: "passed" | "go-on" | "give-up" };

export function next(judged: readonly Judged[], isLast: boolean): Next {
  const candidates = judged.flatMap(({ state }, index) => (state === "candidate" ? [index] : []));
  if (candidates.length > 0) return { kind: "confirm", candidates };
  if (hasPassed(judged)) return { kind: "passed" };
  return { kind: isLast || judged.every(isSettled) ? "give-up" : "go-on" };
}

/** Nothing more is to be learned about it. Never an alarm: what is no longer measured can only miss one. */
export function isSettled({ state }: Judged): boolean {
  return state === "pass" || state === "unjudged" || state === "out-of-reach";
}

/** At least one member is judged, and all that are pass. */
function hasPassed(judged: readonly Judged[]): boolean {
  const states = judged.map(({ state }) => state).filter((state) => state !== "unjudged");
  return states.length > 0 && states.every((state) => state === "pass");
}
