/** What a gate says in the end: one verdict for each member, one for the job, and a sentence that is never stronger than they are. */
import { metrics } from "../metrics.ts";
import type { Interval } from "../result.ts";
import { estimate } from "../statistics.ts";
import type { Judged, Member, Round } from "./decide.ts";
import type { MemberName } from "./family.ts";

/** Of head / base: 1.1 is a tenth more, whatever that means for the metric. */
export interface Change {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface MemberResult extends MemberName {
  readonly verdict: "regression" | "pass" | "inconclusive" | "unjudged";
  /** Why it is inconclusive or unjudged. */
  readonly reason: string | null;
  /** Geometric means over the valid rounds; null where there are none. */
  readonly base: number | null;
  readonly head: number | null;
  /** Of the head alone, over its launches: what services that keep a history ask for. */
  readonly headInterval: Interval | null;
  readonly change: Change | null;
  /** Of the fresh rounds, where it was a candidate. */
  readonly confirmation: Change | null;
  /** What every round showed, base twice and head, in the metric's unit: all that the verdict rests on. */
  readonly values: readonly Round[];
  /** The same of the fresh rounds; empty where there are none. */
  readonly freshValues: readonly Round[];
  readonly pValue: number;
  /** The change for the worse that counts, as a share of time or size (or of the rate's inverse). */
  readonly threshold: number;
  readonly noiseFloor: number;
  /** Measured first, valid or not: fewer than of others where it was settled by then. */
  readonly rounds: number;
  readonly validRounds: number;
}

export interface GateResult {
  readonly verdict: "regression" | "pass" | "inconclusive";
  readonly sentence: string;
  readonly rounds: { readonly planned: number; readonly measured: number; readonly confirmation: number };
  readonly members: readonly MemberResult[];
}

export interface Evidence {
  readonly name: MemberName;
  readonly member: Member;
  readonly judged: Judged;
  readonly confirmation: Confirmation | null;
  /** Why its values are void or bounded. */
  readonly reason: string | null;
}

/** Judged on the fresh rounds alone. */
export interface Confirmation {
  readonly member: Member;
  readonly judged: Judged;
  /** Why its fresh values are void or bounded. */
  readonly reason: string | null;
}

export function memberResult({ name, member, judged, confirmation, reason }: Evidence): MemberResult {
  const valid = member.rounds.filter((round) => typeof round === "object");
  const verdict = verdictOf(judged, confirmation);
  const head = valid.length === 0 ? null : estimate(valid.map(({ b }) => b));
  return {
    ...name,
    verdict,
    reason: verdict === "inconclusive" || verdict === "unjudged" ? whyOpen(judged, confirmation, reason) : null,
    base: geometricMean(valid.flatMap(({ a1, a2 }) => [a1, a2])),
    head: head?.value ?? null,
    headInterval: head?.interval ?? null,
    change: changeOf(judged, member),
    confirmation: confirmation === null ? null : changeOf(confirmation.judged, member),
    values: member.rounds,
    freshValues: confirmation?.member.rounds ?? [],
    pValue: judged.pValue,
    threshold: Math.expm1(judged.threshold),
    noiseFloor: Math.expm1(judged.noiseFloor),
    rounds: judged.rounds,
    validRounds: judged.validRounds,
  };
}

export function gateResult(members: readonly MemberResult[], rounds: GateResult["rounds"]): GateResult {
  const verdict = members.some((one) => one.verdict === "regression")
    ? "regression"
    : members.some((one) => one.verdict === "inconclusive") || members.every((one) => one.verdict === "unjudged")
      ? "inconclusive"
      : "pass";
  return { verdict, sentence: sentenceOf(verdict, members), rounds, members };
}

function verdictOf({ state }: Judged, confirmation: Confirmation | null): MemberResult["verdict"] {
  if (state === "candidate") return confirmation?.judged.state === "candidate" ? "regression" : "inconclusive";
  return state === "open" || state === "out-of-reach" ? "inconclusive" : state;
}

function whyOpen(
  { state, shift, threshold, rounds, validRounds }: Judged,
  confirmation: Confirmation | null,
  first: string | null,
): string | null {
  if (confirmation !== null) {
    const { judged, reason } = confirmation;
    return judged.shift === null
      ? `found in the first rounds; only ${judged.validRounds} of the fresh ones were valid (${reason})`
      : "found in the first rounds, but not again in fresh ones";
  }
  if (state === "unjudged") return first;
  if (shift === null) return `only ${validRounds} of ${rounds} rounds were valid (${first})`;
  const worst = (share: number): string => `${(Math.expm1(share) * 100).toFixed(1)} %`;
  return `may be up to ${worst(shift.high)} worse, ${worst(threshold)} is the threshold`;
}

function changeOf({ shift }: Judged, { better }: Member): Change | null {
  if (shift === null) return null;
  const { value, low, high } = shift;
  return better === "lower"
    ? { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) }
    : { value: Math.exp(-value), low: Math.exp(-high), high: Math.exp(-low) };
}

function geometricMean(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function sentenceOf(verdict: GateResult["verdict"], members: readonly MemberResult[]): string {
  const of = (wanted: MemberResult["verdict"]): readonly MemberResult[] => members.filter((one) => one.verdict === wanted);
  const unjudged = of("unjudged");
  const silent = unjudged.length === 0 ? "" : ` Not judged: ${names(unjudged)}.`;
  if (verdict === "regression") return `Regression, found twice: ${of("regression").map(describe).join("; ")}.${silent}`;
  const passed = of("pass");
  const limit = passed.length === 0 ? "" : ` beyond ${(Math.max(...passed.map(({ threshold }) => threshold)) * 100).toFixed(0)} %`;
  if (verdict === "pass") return `No slowdown or growth${limit} in any of the ${passed.length} figures judged.${silent}`;
  const open = of("inconclusive");
  if (open.length === 0) return `Inconclusive: nothing could be judged here.${silent}`;
  return `Inconclusive: these rounds can neither find nor exclude a change in ${names(open)}; ${passed.length} of ${members.length} figures pass.${silent}`;
}

function names(members: readonly MemberResult[]): string {
  return members.map(({ implementation, metric }) => `${implementation} ${metrics[metric].title}`).join(", ");
}

function describe({ implementation, metric, confirmation }: MemberResult): string {
  const title = `${implementation} ${metrics[metric].title}`;
  if (confirmation === null) return title;
  const share = (ratio: number): string => `${ratio < 1 ? "−" : "+"}${(Math.abs(ratio - 1) * 100).toFixed(1)} %`;
  return `${title} ${share(confirmation.value)} (95 % interval ${share(confirmation.low)} to ${share(confirmation.high)})`;
}
