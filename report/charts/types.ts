/** The data of the charts, ready to draw: the script in the page adds colours and axes. */

interface Series {
  readonly implementation: string;
  readonly name: string;
  readonly variant: string;
  /** Index of the language's colour. */
  readonly colour: number;
}

export interface ThroughputBar extends Series {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** The value is a lower bound: the true one lies at it or above. */
  readonly bounded: boolean;
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

export interface TableCharts {
  readonly throughput: readonly ThroughputBar[];
  readonly latency: readonly LatencySeries[];
  readonly memory: readonly MemorySeries[];
}

export interface ColdStartChart {
  readonly boxes: readonly ColdStartBox[];
  readonly launchOverheadMs: number | null;
}
