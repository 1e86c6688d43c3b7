/** What `calibrate` found on one machine, as it is stored, and when it no longer holds. */
import { z } from "zod";
import { allInterruptionsSchema } from "../interruptions.ts";
import { machineSchema, type Machine } from "../result.ts";
import { ceilingSchema } from "./ceilings.ts";
import { noiseSchema } from "./noise.ts";

export const calibrationSchemaVersion = 2;

const positive = z.number().gt(0);
const us = z.number();

const truthLineSchema = z.strictObject({
  time: z.enum(["service", "response"]),
  percentile: z.number(),
  trueUs: us,
  reportedUs: us,
  withinBound: z.boolean(),
  withheld: z.string().nullable(),
});

const truthCaseSchema = z.strictObject({
  connections: z.int(),
  ratePerS: positive,
  delay: z.string(),
  stalls: z.boolean(),
  /** The known-delay server itself; null when it did not see all requests, and there is no truth. */
  server: z
    .strictObject({
      lateP50Us: us,
      lateP99Us: us,
      /** For how long it could have run and had no processor, by the kernel's count, a request; null: not told. */
      waitUs: us.nullable(),
    })
    .nullable(),
  lines: z.array(truthLineSchema),
});
export type TruthCase = z.infer<typeof truthCaseSchema>;

export const calibrationSchema = z.strictObject({
  schemaVersion: z.literal(calibrationSchemaVersion),
  methodVersion: z.int(),
  tool: z.string(),
  date: z.iso.datetime(),
  machine: machineSchema,
  topology: z.string(),
  nullServer: z.enum(["nginx", "node"]),
  ceilings: z.array(ceilingSchema),
  /** Plain GETs by each client, so that wrk can be one of them. */
  witnesses: z.array(z.strictObject({ client: z.string(), connections: z.int(), requestsPerS: positive, cpuUs: positive })),
  truth: z.array(truthCaseSchema),
  /** Just before the truth was put to the test. */
  interruptions: allInterruptionsSchema,
  /** Lateness of the sends at 2,000/s against the null server. */
  lagUs: z.strictObject({ p50: us, p90: us, p99: us }),
  noise: noiseSchema,
});
export type Calibration = z.infer<typeof calibrationSchema>;

const maxAgeDays = 30;
const dayMs = 86_400_000;

/** Why a stored calibration does not hold here and now; null when it does. */
export function staleness(calibration: Calibration, here: Machine, methodVersion: number, nowMs: number): string | null {
  const parts = ["cpuModel", "architecture", "usableCpus", "memoryBytes", "kernel", "node", "keptAwake", "realTimeAgents"] as const;
  const changed = parts.filter((part) => JSON.stringify(calibration.machine[part]) !== JSON.stringify(here[part]));
  if (changed.length > 0) return `it was made on another machine, or this one has changed (${changed.join(", ")})`;
  if (calibration.methodVersion !== methodVersion) return "it was made with an older method";
  const days = Math.floor((nowMs - Date.parse(calibration.date)) / dayMs);
  return days > maxAgeDays ? `it is ${days} days old` : null;
}
