/** One gate job: rounds, looks, and fresh rounds for what looks like a regression. What a round measures is handed in. */
import { judge, type Judged, type Member, next } from "../core/gate/decide.ts";
import { familyOf, measuredOn, type MeasuredRound, memberOf, type MemberName, reasonOf } from "../core/gate/family.ts";
import { familyLevel, planLooks } from "../core/gate/looks.ts";
import { type Confirmation, gateResult, type GateResult, memberResult } from "../core/gate/verdict.ts";

/** Measures these members, and may leave out all others. */
export type MeasureRound = (open: readonly MemberName[], round: RoundName) => Promise<MeasuredRound>;

export interface RoundName {
  readonly phase: "first" | "confirmation";
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

export async function runGateJob(implementations: readonly string[], rounds: number, measureRound: MeasureRound): Promise<GateResult> {
  const family = familyOf(implementations);
  const looks = planLooks(rounds, family.length);
  const measured: MeasuredRound[] = [];
  let open = family;
  for (const [index, look] of looks.entries()) {
    while (measured.length < look.rounds) {
      measured.push(await measureRound(open, { phase: "first", number: measured.length + 1, of: rounds }));
    }
    const members = family.map((name) => memberOf(name, measured));
    const judged = judge(members, look);
    // What is settled is not measured on; it stays in the family, with the rounds it has.
    open = measuredOn(family, judged);
    const step = next(judged, index === looks.length - 1);
    if (step.kind === "go-on") continue;
    const candidates = step.kind === "confirm" ? step.candidates.map((at) => family[at] as MemberName) : [];
    const confirmed = await confirm(candidates, rounds, measureRound);
    const results = family.map((name, at) =>
      memberResult({
        name,
        member: members[at] as Member,
        judged: judged[at] as Judged,
        confirmation: confirmed.get(name) ?? null,
        reason: reasonOf(name, measured),
      }),
    );
    return gateResult(results, { planned: rounds, measured: measured.length, confirmation: candidates.length === 0 ? 0 : rounds });
  }
  throw new Error("the last look ends the job");
}

/** Fresh rounds, judged by the same rule, the family being the candidates. */
async function confirm(
  candidates: readonly MemberName[],
  rounds: number,
  measureRound: MeasureRound,
): Promise<ReadonlyMap<MemberName, Confirmation>> {
  if (candidates.length === 0) return new Map();
  const measured: MeasuredRound[] = [];
  while (measured.length < rounds) {
    measured.push(await measureRound(candidates, { phase: "confirmation", number: measured.length + 1, of: rounds }));
  }
  const members = candidates.map((name) => memberOf(name, measured));
  const judged = judge(members, { rounds, planned: rounds, level: familyLevel });
  return new Map(
    candidates.map((name, at) => [name, { member: members[at] as Member, judged: judged[at] as Judged, reason: reasonOf(name, measured) }]),
  );
}
