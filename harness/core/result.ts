/**
 * result.json: everything needed to redo the table, and nothing that names the machine's owner
 * (no host name, user, absolute path or environment).
 */
import { z } from "zod";
import { usedCalibrationSchema } from "./calibration/ceilings.ts";
import { containmentSchema } from "./containment.ts";
import { manifestSchema } from "./implementation.ts";
import { runInterruptionsSchema } from "./interruptions.ts";
import { connectMeasurementSchema, loadMeasurementSchema, requestTotalsSchema } from "./measurement.ts";
import { metricNames, type MetricName } from "./metrics.ts";
import { ownMetricNames } from "./own-metrics.ts";
import { planSchema } from "./plan-schema.ts";
import { steadyVerdicts } from "./steady-state.ts";
import { scenarioSchema } from "./scenario.ts";
import { witnessSchema } from "./witness.ts";

/** Raised when a reader of older results would misread a new one. */
export const resultSchemaVersion = 1;

const count = z.int().min(0);
const bytes = z.int().min(0);

/** A gate that failed says what is wrong and what would mend it. `void`: not a measurement; `bounded`: a bound only. */
export const findingSchema = z.strictObject({
  gate: z.string(),
  severity: z.enum(["void", "bounded"]),
  /** Where it applies: an index into the trial's load points, or the whole trial. */
  loadPoint: z.int().min(0).nullable(),
  sentence: z.string(),
  cure: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

export const memorySampleSchema = z.strictObject({
  phase: z.enum(["idle", "warmed", "open-loop", "closed-loop", "after"]),
  /** Since the service was started, s. */
  atS: z.number().min(0),
  /** How long the reading took, ms: the service is held up for no longer. Absent in results from before it was recorded. */
  tookMs: z.number().min(0).optional(),
  rssBytes: bytes,
  /** Null where the kernel does not tell it (smaps_rollup unreadable). */
  pssBytes: bytes.nullable(),
  processes: count,
});
export type MemorySample = z.infer<typeof memorySampleSchema>;

export const loadPointResultSchema = z.strictObject({
  load: loadMeasurementSchema,
  /** By MSER-5 and a change-point test on the steps of 100 ms, warm-up included (core/steady-state.ts). */
  steadyState: z.strictObject({
    verdict: z.enum(steadyVerdicts),
    /** The largest change of level within the window, as a share. */
    change: z.number().nullable(),
  }),
  /** Processor time of the service's process tree and of Redis within the window, s. Null: not readable. */
  serviceCpuS: z.number().min(0).nullable(),
  redisCpuS: z.number().min(0).nullable(),
  /** By how much the time of day moved against the monotonic clock meanwhile, ms; absent in results from before it was recorded. */
  clockStepMs: z.number().optional(),
  /** Calls by command in Redis's INFO commandstats, over the load point with its lead-in. */
  redisCalls: z.record(z.string(), count),
  /** cache_requests_total of the service by "op/result", over the load point with its lead-in. */
  serviceRequests: z.record(z.string(), count),
  /** The service's own histograms, over the load point with its lead-in: requests on keys, and its calls to Redis; null: not given. */
  serviceTimes: z.strictObject({ requests: count, requestS: z.number().min(0), redisCallS: z.number().min(0) }).nullable(),
  /** What was done or seen beside the load, where the scenario asks for it. */
  beside: z.strictObject({
    /** Of each write through the second instance: how long the first one went on giving an older value, ms. */
    stalenessMs: z.array(z.number().min(0)).optional(),
    /** What the watching asked of the measured service, by status: the service counts it among the load's requests. */
    asked: z.strictObject({ get: z.record(z.string(), count), put: z.record(z.string(), count) }).optional(),
    /** When Redis was paused, ms from the start of the window. */
    redisPause: z.strictObject({ startMs: z.number(), endMs: z.number() }).optional(),
  }),
});
export type LoadPointResult = z.infer<typeof loadPointResultSchema>;

export const trialSchema = z.strictObject({
  id: z.string(),
  block: count,
  implementation: z.string(),
  scenario: z.string(),
  startedAt: z.iso.datetime(),
  durationS: z.number().min(0),
  outcome: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("measured"),
      /** Start of the process to the first answer of /readyz with 200, ms. */
      readyMs: z.number().min(0),
      connect: connectMeasurementSchema,
      loadPoints: z.array(loadPointResultSchema),
      memory: z.array(memorySampleSchema),
      /** VmHWM summed over the tree at the end. */
      rssHighWaterBytes: bytes.nullable(),
      /** Of the whole trial, from connecting to the last answer: the three agree, or the trial is void. */
      counts: z.strictObject({
        requests: requestTotalsSchema,
        serviceRequests: z.record(z.string(), count),
        redisCalls: z.record(z.string(), count),
      }),
      /** Of a contained service; what its control group counted by the end. */
      containment: containmentSchema.optional(),
      findings: z.array(findingSchema),
    }),
    /** The service crashed, hung or never got ready: a fact about the trial, never a number. */
    z.strictObject({ kind: z.literal("failed"), stage: z.string(), reason: z.string(), logTail: z.array(z.string()) }),
  ]),
});
export type Trial = z.infer<typeof trialSchema>;
export type MeasuredOutcome = Extract<Trial["outcome"], { kind: "measured" }>;

export const coldStartSchema = z.strictObject({
  implementation: z.string(),
  /** In the order taken, exec to the first correct 200, ms. */
  samplesMs: z.array(z.number().min(0)),
  /** Time between the last poll that failed and the one that succeeded: the error bar of each sample, ms. */
  pollGapsMs: z.array(z.number().min(0)),
});
export type ColdStart = z.infer<typeof coldStartSchema>;

const interval = z.strictObject({
  /** t95: Student's t on the logs of the per-launch values, 95 %; range: lowest and highest launch (below 6 launches). */
  kind: z.enum(["t95", "range"]),
  low: z.number(),
  high: z.number(),
});
export type Interval = z.infer<typeof interval>;

/** One figure of a cell, with its verdict. `bounded` means the true value is at least `value`; it is not ranked. */
export const figureSchema = z.discriminatedUnion("verdict", [
  z.strictObject({
    verdict: z.literal("valid"),
    value: z.number(),
    interval: interval.nullable(),
    launches: count,
    /** By this factor noise alone may keep two such figures apart (A against A of a stored calibration); absent where that is not known. */
    noiseFloor: z.number().min(1).optional(),
  }),
  z.strictObject({
    verdict: z.literal("bounded"),
    value: z.number(),
    interval: interval.nullable(),
    launches: count,
    reason: z.string(),
    cure: z.string(),
  }),
  z.strictObject({ verdict: z.literal("void"), reason: z.string(), cure: z.string() }),
]);
export type Figure = z.infer<typeof figureSchema>;

export const cellSchema = z.strictObject({
  implementation: z.string(),
  scenario: z.string(),
  offeredRatePerS: z.number(),
  figures: z.strictObject(Object.fromEntries(metricNames.map((name) => [name, figureSchema])) as Record<MetricName, typeof figureSchema>),
  /** Figures that only this scenario has. */
  ownFigures: z.partialRecord(z.enum(ownMetricNames), figureSchema),
  launches: z.strictObject({ planned: count, measured: count, void: count, failed: count }),
});
export type Cell = z.infer<typeof cellSchema>;

/** Counted in the implementation's folder; a count is null where the file that it needs is missing. */
const sourceFactsSchema = z.strictObject({
  /** Lines of the service that are neither blank nor a comment. */
  codeLines: count,
  testLines: count,
  directDependencies: count.nullable(),
  /** With everything that the direct ones bring along, by the lockfile. */
  allDependencies: count.nullable(),
});
export type SourceFacts = z.infer<typeof sourceFactsSchema>;

export const implementationResultSchema = z.strictObject({
  manifest: manifestSchema,
  status: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("measured"),
      /** SHA-256 of the folder's files. */
      sourceHash: z.string(),
      toolchainVersion: z.string(),
      artifactBytes: bytes,
      /** How long the build took, when this source was built; null where that is not known. */
      buildS: z.number().min(0).nullable(),
      /** True where the compiler had nothing of an earlier build to go by. */
      builtFromScratch: z.boolean(),
      /** How long the last build of the other kind took, of whatever source; absent in results from before it was recorded. */
      otherBuildS: z.number().min(0).nullable().optional(),
      source: sourceFactsSchema.nullable(),
      /** Ids of the checks it passed before it was measured; those it waives by declaration are in neither list. */
      passedChecks: z.array(z.string()),
      /** Ids of the checks it failed: measured only because that was asked for, and never ranked. */
      failedChecks: z.array(z.string()),
    }),
    z.strictObject({ kind: z.literal("skipped"), reason: z.string(), cure: z.string() }),
    z.strictObject({ kind: z.literal("failed"), stage: z.enum(["build", "conformance", "launch"]), reason: z.string(), cure: z.string() }),
  ]),
});
export type ImplementationResult = z.infer<typeof implementationResultSchema>;

export const machineSchema = z.strictObject({
  cpuModel: z.string(),
  architecture: z.string(),
  usableCpus: z.array(count),
  memoryBytes: bytes,
  os: z.string(),
  kernel: z.string(),
  node: z.string(),
  /** cpufreq governor, null where the kernel shows none (most virtual machines). */
  governor: z.string().nullable(),
  /** Idle processors were kept from falling asleep (harness/processes/awake.ts); absent in results from before that was done. */
  keptAwake: z.boolean().optional(),
  /** Load agents may go before all else on their processors (harness/processes/priority.ts); absent as above. */
  realTimeAgents: z.boolean().optional(),
});
export type Machine = z.infer<typeof machineSchema>;

export const resultSchema = z.strictObject({
  schemaVersion: z.literal(resultSchemaVersion),
  runId: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  tool: z.strictObject({ version: z.string(), commit: z.string().nullable() }),
  machine: machineSchema,
  redis: z.strictObject({ source: z.string(), server: z.string(), version: z.string() }),
  /** A program that does nothing, started the same way and waited for, ms (median): no cold start can be shorter. */
  launchOverheadMs: z.number().min(0).nullable(),
  /** How often processors were taken away; absent in results from before it was measured. */
  interruptions: runInterruptionsSchema.optional(),
  /** Where the generator itself ends, by load; absent in results from before it was recorded. */
  calibration: usedCalibrationSchema.optional(),
  /** Each implementation by both load engines; absent as above. */
  witnesses: z.array(witnessSchema).optional(),
  plan: planSchema,
  scenarios: z.array(scenarioSchema),
  implementations: z.array(implementationResultSchema),
  trials: z.array(trialSchema),
  coldStarts: z.array(coldStartSchema),
  cells: z.array(cellSchema),
});
export type Result = z.infer<typeof resultSchema>;
