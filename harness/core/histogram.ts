/** HDR histograms as they stand in results. Percentiles are never averaged: histograms are merged. */
import { build, decodeFromCompressedBase64, type Histogram } from "hdr-histogram-js";

export function decodeHistogram(encoded: string): Histogram {
  return decodeFromCompressedBase64(encoded);
}

export function mergeHistograms(encoded: readonly string[]): Histogram {
  const merged = build({
    bitBucketSize: 64,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2,
    numberOfSignificantValueDigits: 3,
  });
  for (const one of encoded) merged.add(decodeHistogram(one));
  return merged;
}

/** A percentile is printed only with at least this many samples beyond it. */
export const samplesNeededBeyond = 100;

export function samplesBeyond(histogram: Histogram, percentile: number): number {
  return Math.floor(histogram.totalCount * (1 - percentile / 100) + 1e-9);
}

/** The percentile, or null when too few samples lie beyond it. */
export function percentile(histogram: Histogram, percentileWanted: number): number | null {
  if (samplesBeyond(histogram, percentileWanted) < samplesNeededBeyond) return null;
  return histogram.getValueAtPercentile(percentileWanted);
}
