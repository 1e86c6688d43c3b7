/** The settings of the contract, and the one way in which this service is broken. */
import { setFlagsFromString } from "node:v8";

// A small young generation is collected often: dead buffers do not pile up, which would look like an L1 without a bound.
setFlagsFromString("--max-semi-space-size=1");
setFlagsFromString("--semi-space-growth-factor=1");

const { env } = process;

export const settings = {
  host: env.HOST ?? "127.0.0.1",
  port: Number(env.PORT),
  workers: Number(env.WORKERS ?? 1),
  redisUrl: new URL(env.REDIS_URL),
  l1MaxBytes: Number(env.L1_MAX_BYTES ?? 67_108_864),
  l1TtlMs: Number(env.L1_TTL_MS ?? 60_000),
  defaultTtlS: Number(env.DEFAULT_TTL_S ?? 300),
  maxValueBytes: Number(env.MAX_VALUE_BYTES ?? 1_048_576),
  redisTimeoutMs: Number(env.REDIS_TIMEOUT_MS ?? 250),
  invalidation: env.INVALIDATION !== "off",
};

/** FAULT names one thing that is wrong; without it the service keeps the contract. */
export const fault = (name) => env.FAULT === name;
