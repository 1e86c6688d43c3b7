/** What a container's limits did to a service: memory it was killed for, processor time it was kept from. */
import { z } from "zod";
import type { Finding } from "./result.ts";

const count = z.int().min(0);

export const containmentSchema = z.strictObject({
  /** High-water mark of the whole group, page cache included. Null: the kernel does not tell it. */
  memoryPeakBytes: count.nullable(),
  /** Processes of the group that were killed for memory, children included. */
  oomKills: count.nullable(),
  throttledPeriods: count.nullable(),
  throttledS: z.number().min(0).nullable(),
});
export type Containment = z.infer<typeof containmentSchema>;

/** A service at its memory limit, or kept from its processors, is not slow: its numbers are void. */
export function judgeContainment(before: Containment | null, after: Containment | null): readonly Finding[] {
  if (after === null) return [];
  const kills = since(before?.oomKills, after.oomKills);
  const throttled = since(before?.throttledPeriods, after.throttledPeriods);
  return [
    ...(kills === 0
      ? []
      : [
          finding(
            "memory-limit",
            `the kernel killed ${kills === 1 ? "a process" : `${kills} processes`} of the service for memory: it is over its limit, not slow`,
            "choose a larger --instance, or lower the scenario's L1 size",
          ),
        ]),
    ...(throttled === 0
      ? []
      : [
          finding(
            "throttled",
            `the kernel kept the service from its processors in ${throttled} periods, ${since(before?.throttledS, after.throttledS).toFixed(2)} s`,
            "take away the processor quota that the engine puts on containers",
          ),
        ]),
  ];
}

function since(before: number | null | undefined, after: number | null): number {
  return (after ?? 0) - (before ?? 0);
}

function finding(gate: string, sentence: string, cure: string): Finding {
  return { gate, severity: "void", loadPoint: null, sentence, cure };
}
