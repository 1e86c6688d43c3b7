/** A against A: the same measured twice, in turn, and how far apart noise alone keeps the two. */
import { z } from "zod";
import type { MetricName } from "../metrics.ts";

const ratio = z.strictObject({ value: z.number().gt(0), low: z.number().gt(0), high: z.number().gt(0) });

/** The interval of a ratio that is truly 1, of the load generator against the null server. Null below 6 launches. */
export const noiseSchema = z.strictObject({ launches: z.int(), throughput: ratio.nullable(), cpu: ratio.nullable() });
export type Noise = z.infer<typeof noiseSchema>;

/** Which of them a figure has to do with; times have none. */
const kinds: Partial<Record<MetricName, "throughput" | "cpu">> = {
  throughput: "throughput",
  cpuPerOperation: "cpu",
  cpuPerOperationOpen: "cpu",
};

/** The factor that a ratio of two figures must exceed to be claimed: the far end of the interval. 1 where it is not known. */
export function noiseFloorOf(metric: MetricName, noise: Noise | null): number {
  const kind = kinds[metric];
  const interval = kind === undefined ? null : (noise?.[kind] ?? null);
  return interval === null ? 1 : Math.max(interval.high, 1 / interval.low);
}
