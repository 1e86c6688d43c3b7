/** After which rounds the data are looked at, and how much of the allowed error each look may spend. */
import { launchesForInterval } from "../statistics.ts";
import { mostRounds } from "./sign-flip.ts";

/** Of the whole family, before confirmation. */
export const familyLevel = 0.05;

export const defaultRounds = 12;

export interface Look {
  readonly rounds: number;
  /** Rounds planned in all. */
  readonly planned: number;
  /** What Holm's procedure may use here; 0 where so few rounds can reject nothing: then it can only pass. */
  readonly level: number;
}

/** The fewest rounds whose smallest possible p value, 2^-rounds, passes Holm's first step: 8 for 10 members, 9 for 15. */
export function fewestRounds(members: number, level = familyLevel): number {
  return Math.max(launchesForInterval, Math.ceil(Math.log2(members / level)));
}

export function canReject(rounds: number, members: number): boolean {
  return rounds >= fewestRounds(members) && rounds <= mostRounds;
}

/** What the look at three quarters of the rounds may spend of it, where that is enough to reject anything there. */
const earlyLevel = familyLevel / 4;

/**
 * Looks at half, three quarters and all of the rounds. Any look may pass. The level is divided between the last two
 * (Bonferroni: the sum keeps it whatever the data do), and is the last one's alone where its part would be too small for the
 * earlier one to reject with.
 */
export function planLooks(rounds: number, members: number): readonly Look[] {
  const parts = [rounds / 2, (rounds * 3) / 4, rounds].map((part) => Math.max(launchesForInterval, Math.ceil(part)));
  const at = [...new Set(parts)];
  const early = at.at(-2) ?? 0;
  const spent = early >= fewestRounds(members, earlyLevel) ? earlyLevel : 0;
  return at.map((part, index) => ({ rounds: part, planned: rounds, level: [familyLevel - spent, spent, 0][at.length - 1 - index] ?? 0 }));
}
