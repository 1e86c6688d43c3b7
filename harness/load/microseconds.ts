/**
 * What an agent counts times with: whole microseconds in HDR's own buckets (3 significant digits: 2,048 sub-buckets, then halves
 * of that), in one flat array. Recording costs some 21 ns here, recordValue of hdr-histogram-js 110 (a busy machine). Its parent
 * makes an HDR histogram of them (histogram.ts); an agent that need not load that library starts sooner.
 */
const subBucketBits = 11;
const halfSubBuckets = 1 << (subBucketBits - 1);
export const largestUs = 2 ** 31 - 1;

/** How often each bucket was met; buckets after the last one met are left out. */
export type BucketCounts = Uint32Array;

export class Microseconds {
  readonly #counts: BucketCounts = new Uint32Array(halfSubBuckets * (32 - subBucketBits + 2));

  record(us: number): void {
    const value = us < 0 ? 0 : us > largestUs ? largestUs : Math.round(us);
    const shift = Math.max(0, 32 - subBucketBits - Math.clz32(value));
    const index = shift * halfSubBuckets + (value >>> shift);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  counts(): BucketCounts {
    return this.#counts.subarray(0, this.#counts.findLastIndex((count) => count > 0) + 1);
  }
}

/** The smallest time that falls into a bucket, us. */
export function bucketStartUs(index: number): number {
  const shift = Math.max(0, Math.floor(index / halfSubBuckets) - 1);
  return (index - shift * halfSubBuckets) * 2 ** shift;
}
