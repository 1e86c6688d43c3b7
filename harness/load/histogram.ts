/** The HDR histogram of what agents counted. */
import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { type BucketCounts, bucketStartUs, largestUs } from "./microseconds.ts";

/** All agents' times in one, as it stands in results: compressed base64. */
export function encodeHistogram(agents: readonly BucketCounts[]): string {
  const hdr = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: largestUs,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
  for (const counts of agents) {
    counts.forEach((count, index) => {
      if (count > 0) hdr.recordValueWithCount(bucketStartUs(index), count);
    });
  }
  return encodeIntoCompressedBase64(hdr);
}
