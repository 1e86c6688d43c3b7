/** The figures of a cell: what each is, in which unit, and which direction is better. */

export const metrics = {
  throughput: {
    title: "throughput",
    unit: "ops/s",
    better: "higher",
    meaning: "answers per second that are right, closed loop (capacity)",
  },
  p50: { title: "p50", unit: "us", better: "lower", meaning: "median response time from the intended start, open loop" },
  p90: { title: "p90", unit: "us", better: "lower", meaning: "90th percentile of the response time, open loop" },
  p99: { title: "p99", unit: "us", better: "lower", meaning: "99th percentile of the response time, open loop" },
  p999: { title: "p99.9", unit: "us", better: "lower", meaning: "99.9th percentile of the response time, open loop" },
  readP99: { title: "p99 of reads", unit: "us", better: "lower", meaning: "99th percentile of the response time of GET, open loop" },
  writeP99: { title: "p99 of writes", unit: "us", better: "lower", meaning: "99th percentile of the response time of PUT, open loop" },
  serviceP50: { title: "service p50", unit: "us", better: "lower", meaning: "median from the actual send, open loop" },
  serviceP99: { title: "service p99", unit: "us", better: "lower", meaning: "99th percentile from the actual send, open loop" },
  ownTime: {
    title: "own time, mean",
    unit: "us",
    better: "lower",
    meaning:
      "the service's own request time minus its Redis call time, by its metrics, per request, open loop; a request that waits for another's call counts that wait as its own",
  },
  objectiveRate: {
    title: "rate within the objective",
    unit: "ops/s",
    better: "higher",
    meaning: "highest offered rate whose p99 keeps the scenario's objective, open loop, searched to within 10 %",
  },
  p99At25: {
    title: "p99 at 25 %",
    unit: "us",
    better: "lower",
    meaning: "99th percentile of the response time at 25 % of the service's own capacity",
  },
  p99At50: { title: "p99 at 50 %", unit: "us", better: "lower", meaning: "the same at 50 %" },
  p99At75: { title: "p99 at 75 %", unit: "us", better: "lower", meaning: "the same at 75 %" },
  p99At90: { title: "p99 at 90 %", unit: "us", better: "lower", meaning: "the same at 90 %" },
  cpuPerOperation: {
    title: "CPU per op",
    unit: "us/op",
    better: "lower",
    meaning: "processor time of the service's process tree per answer, at capacity",
  },
  cpuPerOperationOpen: { title: "CPU per op, open loop", unit: "us/op", better: "lower", meaning: "the same at the common offered rate" },
  redisCpuPerOperation: {
    title: "Redis CPU per op",
    unit: "us/op",
    better: "lower",
    meaning: "processor time of Redis per answer, at capacity",
  },
  rssIdle: { title: "RSS idle", unit: "bytes", better: "lower", meaning: "resident set, summed over the process tree, after the start" },
  rssLoad: {
    title: "RSS",
    unit: "bytes",
    better: "lower",
    meaning: "resident set, summed over the process tree, highest sample at capacity",
  },
  pssIdle: {
    title: "PSS idle",
    unit: "bytes",
    better: "lower",
    meaning: "proportional set size of the process tree after the start (pages shared between workers count once)",
  },
  pssLoad: {
    title: "PSS",
    unit: "bytes",
    better: "lower",
    meaning: "proportional set size of the process tree, highest sample at capacity",
  },
  coldStart: {
    title: "cold start",
    unit: "ms",
    better: "lower",
    meaning: "from exec, or the request to create the container, to the first correct answer 200",
  },
  artifact: {
    title: "artifact",
    unit: "bytes",
    better: "lower",
    meaning: "stripped binary or installed tree; of a container its whole image",
  },
  errors: {
    title: "errors",
    unit: "share",
    better: "lower",
    meaning: "share of requests that failed, timed out or got a 4xx or 5xx that the load does not explain",
  },
  hitRatio: { title: "L1 hit ratio", unit: "share", better: "higher", meaning: "GETs answered from L1, by X-Cache, open loop" },
  getShare: { title: "share of GET", unit: "share", better: "higher", meaning: "achieved share of GET in the open loop" },
} as const satisfies Record<string, { title: string; unit: Unit; better: "higher" | "lower"; meaning: string }>;

export type Unit = "ops/s" | "us" | "us/op" | "bytes" | "ms" | "share" | "count";
export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as MetricName[];

/** The percentiles at shares of the service's own capacity, and these shares. */
export const shareMetrics = { p99At25: 0.25, p99At50: 0.5, p99At75: 0.75, p99At90: 0.9 } as const satisfies Partial<
  Record<MetricName, number>
>;
