/**
 * What the load generator says of one load point. Histograms are HDR (hdr-histogram-js, compressed base64),
 * in whole microseconds, 3 significant digits.
 */
import { z } from "zod";

const count = z.int().min(0);
const histogram = z.string().min(1);

/** One offered rate (open loop: arrivals do not wait for answers), or capacity (closed loop: they do). */
export const loadPointSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("open-loop"),
    offeredRatePerS: z.number().gt(0),
    /** What the rate follows from; absent: it is one of the scenario's, the same for all. */
    from: z
      .discriminatedUnion("kind", [
        /** A share of the capacity measured in the same trial. */
        z.strictObject({ kind: z.literal("capacity"), share: z.number().gt(0) }),
        /** A step of the search for the highest rate within the objective. */
        z.strictObject({ kind: z.literal("objective") }),
      ])
      .optional(),
  }),
  z.strictObject({ kind: z.literal("closed-loop") }),
]);
export type LoadPoint = z.infer<typeof loadPointSchema>;

const operationMeasurementSchema = z.strictObject({
  sent: count,
  /** Answers by HTTP status, as in {"200": 7000}. */
  statuses: z.record(z.string(), count),
  /** From the actual send to the last byte of the answer. */
  serviceTimeUs: histogram,
  /** From the intended start; in a closed loop the same as the service time. Timeouts are in it, at the timeout. */
  responseTimeUs: histogram,
});
export type OperationMeasurement = z.infer<typeof operationMeasurementSchema>;

/** A sample of the values read, judged while the load ran, over the load point with its lead-in. */
const valueCountsSchema = z.strictObject({
  judged: count,
  /** Another key's document. */
  wrongKey: count,
  /** Not a document that was ever written. */
  corrupt: count,
  /** Overwritten before the read was sent, provably, and longer ago than the service may be behind. */
  stale: count,
});
export type ValueCounts = z.infer<typeof valueCountsSchema>;

const operationTotalsSchema = z.strictObject({ sent: count, statuses: z.record(z.string(), count) });

/** All requests from connecting to the last answer, in and between windows; those without an answer are in `sent` alone. */
export const requestTotalsSchema = z.strictObject({
  get: operationTotalsSchema,
  put: operationTotalsSchema,
  delete: operationTotalsSchema,
});
export type RequestTotals = z.infer<typeof requestTotalsSchema>;

export const loadMeasurementSchema = z.strictObject({
  point: loadPointSchema,
  /** Length of the window, s. Open loop: all requests due in it; closed loop: all answers that came in it. */
  elapsedS: z.number().gt(0),
  connections: count,
  /** Arrivals due in the window by the schedule; null in a closed loop. */
  scheduled: count.nullable(),
  inFlightAtStart: count,
  sent: count,
  received: count,
  inFlightAtEnd: count,
  /** Connections open when the window ended. Results before method 3 lack it. */
  openAtEnd: count.optional(),
  timedOut: count,
  /**
   * Requests that ended without a whole, well-formed answer, by kind: "reset", "early-close" (the answer is missing or cut),
   * "malformed"; "refused" and "connect-timeout" where their connection could not be opened again.
   */
  failed: z.record(z.string(), count),
  bytesReceived: count,
  operations: z.strictObject({ get: operationMeasurementSchema, put: operationMeasurementSchema, delete: operationMeasurementSchema }),
  /** GET answers by their X-Cache header. */
  cache: z.strictObject({ l1: count, l2: count, absent: count }),
  /** None is judged where the engine keeps no bodies. */
  values: valueCountsSchema,
  /** Actual send minus intended start; null in a closed loop. */
  scheduleLagUs: histogram.nullable(),
  /** Share of the window the busiest agent spent sending and receiving, without idle polling. */
  busyShare: z.number().min(0),
  /** Whether they went before all others on their processors. Results before method 5 lack it. */
  agentsInRealTime: z.boolean().optional(),
  /** Processor time of all agents, s. */
  agentCpuS: z.number().min(0),
  /** In steps of 100 ms, from the start of the lead-in, whose last step ends where the window begins. */
  per100Ms: z.strictObject({
    leadInSteps: count,
    answers: z.array(count),
    /** Of the answers that came in this step; null where none did. */
    meanResponseUs: z.array(z.number().min(0).nullable()),
    /** Answers with a status of 500 or more. */
    faults: z.array(count),
    /** Of an open loop: requests that were due, and those that failed or timed out. Results before method 3 lack them. */
    due: z.array(count).optional(),
    lost: z.array(count).optional(),
  }),
});
export type LoadMeasurement = z.infer<typeof loadMeasurementSchema>;

export const connectMeasurementSchema = z.strictObject({
  connections: count,
  /** First connect() to the last connection established, ms. */
  elapsedMs: z.number().min(0),
});
export type ConnectMeasurement = z.infer<typeof connectMeasurementSchema>;
