/** The data of the charts, ready to draw: the script in the page adds colours and axes. */

export interface Series {
  readonly implementation: string;
  readonly name: string;
  readonly variant: string;
  /** Index of the language's colour. */
  readonly colour: number;
}

export interface Bar extends Series {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** The value is a lower bound: the true one lies at it or above. */
  readonly bounded: boolean;
}

/** Processor time per operation at capacity, of the service and of the Redis behind it, µs. */
export interface CpuBar extends Bar {
  readonly redis: number | null;
}

/** A rate without a valid figure is left out. */
export interface LoadSeries extends Series {
  readonly points: readonly RatePoint[];
}

/** Response times at one offered rate: one common to all services, or a share of the service's own capacity. */
export interface RatePoint {
  /** The mean over launches where it is a share of what each launch could carry. */
  readonly offeredRatePerS: number;
  readonly capacityShare: number | null;
  /** Null at a share of capacity, where it is no figure of its own. */
  readonly p50Ms: number | null;
  readonly p99Ms: number;
  /** What p99 rests on; few are too few for a claim. */
  readonly launches: number;
  readonly few: boolean;
}

export interface PercentilePoint {
  /** 0 to 1. */
  readonly quantile: number;
  /** log10(1 / (1 - quantile)): 1 is p90, 2 is p99, 3 is p99.9. */
  readonly x: number;
  readonly ms: number;
}

export interface LatencySeries extends Series {
  readonly samples: number;
  readonly launches: number;
  readonly points: readonly PercentilePoint[];
}

export interface MemoryPoint {
  readonly phase: string;
  readonly atS: number;
  readonly rssMb: number;
  readonly pssMb: number | null;
}

export interface MemorySeries extends Series {
  readonly launches: number;
  readonly points: readonly MemoryPoint[];
}

export interface ColdStartBox extends Series {
  readonly samplesMs: readonly number[];
  readonly min: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly max: number;
  readonly longestPollGapMs: number | null;
}

/** Empty where there is nothing to draw, or where another table of the scenario shows the same. */
export interface TableCharts {
  readonly throughput: readonly Bar[];
  readonly latency: readonly LatencySeries[];
  readonly load: readonly LoadSeries[];
  readonly memory: readonly MemorySeries[];
  readonly cpu: readonly CpuBar[];
}

export interface ColdStartChart {
  readonly boxes: readonly ColdStartBox[];
  readonly launchOverheadMs: number | null;
}
