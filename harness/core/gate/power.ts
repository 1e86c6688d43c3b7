/** What a job can find, told before it is measured. */
import { fewestRounds } from "./looks.ts";

export interface PowerQuestion {
  readonly members: number;
  readonly rounds: number;
  readonly minimalEffect: number;
  /** Log standard deviation of a version's launches. */
  readonly spread: number;
}

/**
 * The slowdown that is found in at least 9 of 10 jobs, as a share (0.15: 15 % slower). A rule of thumb fitted to simulated
 * jobs and tested against them: the estimate, with its standard error s x sqrt(1.5 / rounds), must lie beyond the minimal
 * effect twice, and far enough from 0 for Holm's first step. Null where no round is to spare: then one disturbed launch is
 * enough to hide a slowdown of any size.
 */
export function smallestFound({ members, rounds, minimalEffect, spread }: PowerQuestion): number | null {
  if (rounds <= fewestRounds(members)) return null;
  const standardError = spread * Math.sqrt(1.5 / rounds);
  return Math.exp(Math.max(-Math.log(1 - minimalEffect) + 2.8 * standardError, 6 * standardError)) - 1;
}
