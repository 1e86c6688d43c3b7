/** A scenario says what is asked of a service: the load, as data. scenarios/*.json are checked against this. */
import { z } from "zod";

const share = z.number().min(0).max(1);

/** Size in bytes of the JSON values written and loaded. */
const valueSize = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("fixed"), bytes: z.int().min(32).max(1_048_576) }),
  z.strictObject({
    kind: z.literal("lognormal"),
    medianBytes: z.number().min(32).max(1_048_576),
    /** Standard deviation of the natural logarithm of the size. */
    sigma: z.number().min(0).max(3),
    maxBytes: z.int().min(32).max(1_048_576),
  }),
]);

const keyChoice = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("uniform") }),
  /** P(rank r) is proportional to 1 / r^exponent (YCSB uses 0.99). */
  z.strictObject({ kind: z.literal("zipf"), exponent: z.number().min(0).max(3) }),
  /** One key is asked for with this probability, all others alike. */
  z.strictObject({ kind: z.literal("hot-key"), share: z.number().gt(0).max(1) }),
]);

export const scenarioSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "lower-case letters, digits and dashes"),
  title: z.string().min(1).max(120),
  purpose: z.string().min(1).max(600),
  connections: z.int().min(1).max(10_000),
  operations: z
    .strictObject({ get: share, put: share, delete: share })
    .refine((mix) => Math.abs(mix.get + mix.put + mix.delete - 1) < 1e-9, "the shares of get, put and delete must add up to 1"),
  keys: z.strictObject({
    count: z.int().min(1).max(10_000_000),
    /** Keys in the preset quick, where loading the full set would take longer than measuring. */
    quickCount: z.int().min(1).max(10_000_000).optional(),
    choice: keyChoice,
  }),
  valueSize,
  l1: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("bytes"), maxBytes: z.int().min(65_536) }),
    /** L1 holds this share of the data set's bytes (keys and values). */
    z.strictObject({ kind: z.literal("share-of-data"), share: z.number().gt(0).max(2) }),
  ]),
  /** What users are promised: the highest rate that keeps it is searched in the presets standard and rigorous. */
  objective: z.strictObject({ p99Ms: z.number().gt(0).max(10_000) }).optional(),
  openLoop: z.strictObject({ offeredRatesPerS: z.array(z.int().min(1).max(1_000_000)).min(1) }),
  /** Life of the data set and of every value written (`?ttl=`), s; absent: an hour, and the service's default. */
  ttlS: z.int().min(1).max(86_400).optional(),
  /** L1_TTL_MS of the service; absent: its default. */
  l1TtlMs: z.int().min(1).max(86_400_000).optional(),
  /** No warm-up: the load begins on a service that has just started and has nothing in L1. */
  coldL1: z.literal(true).optional(),
  /** A second instance on the same Redis and processors, to see how long a write through one stays unseen by the other. */
  secondInstance: z.literal(true).optional(),
  /** In the open loop Redis stops answering (CLIENT PAUSE) for so long, so long after the window began. */
  redisPause: z.strictObject({ afterMs: z.int().min(100), durationMs: z.int().min(100).max(60_000) }).optional(),
  /** Between the service and Redis each reply is held back for so long: a network of a known latency. */
  redisDelayMs: z.number().min(0.1).max(100).optional(),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type ValueSize = Scenario["valueSize"];
export type KeyChoice = Scenario["keys"]["choice"];
