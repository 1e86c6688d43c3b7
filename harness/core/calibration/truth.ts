/** How far what a load generator reports lies from what is known to have happened. */
import { decodeHistogram, samplesBeyond, samplesNeededBeyond } from "../histogram.ts";
import { lateSending } from "../gates.ts";
import type { LoadMeasurement } from "../measurement.ts";
import { exactPercentile } from "./simulate.ts";

/** An error is accepted up to the larger of these: the way through two sockets and two schedulers is in every report. */
export const boundUs = (trueUs: number): number => Math.max(50, trueUs * 0.02);

export const truthPercentiles = [50, 99, 99.9] as const;

export interface TruthLine {
  readonly time: "service" | "response";
  readonly percentile: number;
  readonly trueUs: number;
  readonly reportedUs: number;
  readonly withinBound: boolean;
  /** Why the generator itself would not print this percentile in a run; null where it would. */
  readonly withheld: string | null;
}

/** One line a percentile that has 100 samples beyond it, of GETs. The truth of each kind of time, us, in any order. */
export function judgeTruth(
  load: LoadMeasurement,
  truth: { readonly service: ArrayLike<number>; readonly response: ArrayLike<number> },
): TruthLine[] {
  return (["service", "response"] as const).flatMap((time) => {
    const reported = decodeHistogram(load.operations.get[time === "service" ? "serviceTimeUs" : "responseTimeUs"]);
    return truthPercentiles
      .filter((percentile) => samplesBeyond(reported, percentile) >= samplesNeededBeyond)
      .map((percentile) => {
        const trueUs = exactPercentile(truth[time], percentile);
        const reportedUs = reported.getValueAtPercentile(percentile);
        const withinBound = Math.abs(reportedUs - trueUs) <= boundUs(trueUs);
        const withheld = time === "response" ? (lateSending(load, percentile)?.sentence ?? null) : null;
        return { time, percentile, trueUs: Math.round(trueUs), reportedUs, withinBound, withheld };
      });
  });
}
