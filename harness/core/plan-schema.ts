/** The plan of a run: what will be measured, where, in which order. plan.json holds it. */
import { z } from "zod";
import { targetSchema } from "./target.ts";

const count = z.int().min(0);
const cpus = z.array(count);

export const topologySchema = z.strictObject({
  service: cpus,
  redis: cpus,
  /** One entry per load agent. */
  agents: z.array(cpus),
  orchestrator: cpus,
  /** False where the machine has too few cores to keep Redis, agents and orchestrator apart. */
  disjoint: z.boolean(),
  /** Service and Redis are on another machine: their processors are that machine's. */
  serviceElsewhere: z.literal(true).optional(),
  /** False where nothing can be pinned (no taskset): the cpus above are then only a wish. */
  pinned: z.boolean(),
  sentence: z.string(),
});
export type Topology = z.infer<typeof topologySchema>;

export const presetNames = ["quick", "standard", "rigorous"] as const;

export const settingsSchema = z.strictObject({
  preset: z.enum(presetNames),
  engine: z.enum(["socket", "autocannon"]),
  seed: z.int().min(0).max(0xffffffff),
  /** Launches of each implementation in each scenario. */
  rounds: z.int().min(1).max(1000),
  coldStartRuns: count,
  warmUpMs: count,
  /** Driven before the window of each load point and not recorded. */
  leadInMs: count,
  openLoopMs: z.int().min(100),
  closedLoopMs: z.int().min(100),
  /** After the closed loop: open loops at these shares of the capacity it showed. */
  capacityShares: z.array(z.number().gt(0).lt(1)),
  /** And the search for the highest rate within the scenario's objective. */
  searchObjective: z.boolean(),
  /** Null: as the scenario says. */
  connections: z.int().min(1).max(10_000).nullable(),
  requestTimeoutMs: z.int().min(1),
  /** Void trials are repeated, as many as this share of the planned ones. */
  repeatBudget: z.number().min(0).max(1),
  /** The run ends before its last round when throughput and processor time are known within this share; null: it does not. */
  precision: z.number().gt(0).max(1).nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const plannedTrialSchema = z.strictObject({ id: z.string(), block: count, implementation: z.string(), scenario: z.string() });
export type PlannedTrial = z.infer<typeof plannedTrialSchema>;

export const planSchema = z.strictObject({
  settings: settingsSchema,
  topology: topologySchema,
  /** Left out in plans from before there was a choice: processes of this machine. */
  target: targetSchema.optional(),
  implementations: z.array(z.strictObject({ id: z.string(), sourceHash: z.string() })),
  scenarios: z.array(z.string()),
  /** SHA-256 of scenarios, settings without the seed, and the method version: results with different hashes are not compared silently. */
  methodHash: z.string(),
  /** In the order they are run: blocks of all implementations and scenarios, each block shuffled. */
  trials: z.array(plannedTrialSchema),
  /** Implementation ids in the order of the cold starts. */
  coldStarts: z.array(z.string()),
  /** Without builds, s. */
  etaS: z.number().min(0),
});
export type Plan = z.infer<typeof planSchema>;
