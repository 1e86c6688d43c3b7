/**
 * How often a processor is taken away from whoever runs on it: by other programs, the kernel's own work, and the host of a virtual machine.
 * A program that does nothing but look at the clock sees it as gaps between two looks, as jHiccup and Linux' tracers osnoise and hwlat do. It runs at
 * usual priority and never sleeps: what goes first, or sleeps now and then, loses less to other programs, and as much to the host.
 */
import { z } from "zod";
import { boundUs } from "./calibration/truth.ts";

/** Shorter gaps may be of the program that looks (its garbage), and are in no figure, us. */
export const shortestGapUs = 500;

const interruptionsSchema = z.strictObject({
  cpu: z.int().min(0),
  /** Gaps of half a millisecond or more. */
  perS: z.number().min(0),
  longestUs: z.number().min(0),
  /** What comes at a random moment waits so long for the processor, on average. */
  meanDelayUs: z.number().min(0),
});
export type Interruptions = z.infer<typeof interruptionsSchema>;

/** Of each processor that was looked at; none where that is not known. */
export const allInterruptionsSchema = z.array(interruptionsSchema);

/** Around the measurements of a run; where it was resumed, of its last part. */
export const runInterruptionsSchema = z.strictObject({ before: allInterruptionsSchema, after: allInterruptionsSchema });

/** From here on the mean is moved by more than is accepted of a generator, us; high percentiles may be long before. */
export const harmfulDelayUs = boundUs(0);

/**
 * Of what comes at random, the share g/T falls into a gap of length g and waits g/2 there: together the sum of the squares of g over 2 T (mean
 * residual life: Cox, Renewal Theory, 1962).
 */
export function interruptionsOf(cpu: number, gapsUs: readonly number[], durationUs: number): Interruptions {
  return {
    cpu,
    perS: (gapsUs.length / durationUs) * 1e6,
    longestUs: Math.max(0, ...gapsUs),
    meanDelayUs: gapsUs.reduce((sum, us) => sum + us * us, 0) / (2 * durationUs),
  };
}

/** By the delay, the worst of some; null of none. */
export function worstOf(all: readonly Interruptions[]): Interruptions | null {
  return all.toSorted((a, b) => b.meanDelayUs - a.meanDelayUs)[0] ?? null;
}

/** Null where it is not known of both ends of the run. */
export function worstAround({ before, after }: z.infer<typeof runInterruptionsSchema>): Interruptions | null {
  return before.length === 0 || after.length === 0 ? null : worstOf([...before, ...after]);
}

export function describeInterruptions(interruptions: Interruptions | null): string {
  if (interruptions === null) return "not known how often processors were taken away: no program could look on them";
  const { cpu, perS, longestUs, meanDelayUs } = interruptions;
  if (perS === 0) return "no processor was taken away for half a millisecond";
  const often = perS < 10 ? perS.toFixed(1) : perS.toFixed(0);
  return `processor ${cpu} was taken away from a busy program ${often} times a second for half a millisecond or more, ${(longestUs / 1e3).toFixed(1)} ms at most: it waited ${meanDelayUs.toFixed(0)} us at a random moment, on average`;
}
