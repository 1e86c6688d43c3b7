/** What is kept of a run for the history: the figures of its cells, without trials and histograms. Pure. */
import { z } from "zod";
import { type MetricName } from "./metrics.ts";
import { type Cell, figureSchema, type Machine, type Result } from "./result.ts";

/** Raised when a reader of older baselines would misread a new one. */
export const baselineSchemaVersion = 1;

export const keptMetrics = [
  "throughput",
  "p50",
  "p99",
  "cpuPerOperation",
  "pssLoad",
  "coldStart",
  "artifact",
] as const satisfies readonly MetricName[];
export type KeptMetric = (typeof keptMetrics)[number];

export const baselineSchema = z.strictObject({
  schemaVersion: z.literal(baselineSchemaVersion),
  /** Of the clone that measured; its services are those of this commit. */
  commit: z.string().regex(/^[0-9a-f]{7,40}$/),
  startedAt: z.iso.datetime(),
  runId: z.string(),
  machine: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/),
  /** Figures with different ones are not one history. */
  methodHash: z.string(),
  cells: z.array(
    z.strictObject({
      implementation: z.string(),
      scenario: z.string(),
      offeredRatePerS: z.number(),
      figures: z.strictObject(
        Object.fromEntries(keptMetrics.map((name) => [name, figureSchema])) as Record<KeptMetric, typeof figureSchema>,
      ),
    }),
  ),
});
export type Baseline = z.infer<typeof baselineSchema>;

/** Null where no commit says what was measured: an installed package, or a clone with changes. */
export function baselineOf({ tool, machine, plan, cells, startedAt, runId }: Result): Baseline | null {
  if (tool.commit === null || tool.commit.endsWith("+")) return null;
  return {
    schemaVersion: baselineSchemaVersion,
    commit: tool.commit,
    startedAt,
    runId,
    machine: machineLabel(machine),
    methodHash: plan.methodHash,
    cells: cells.map(({ implementation, scenario, offeredRatePerS, figures }) => ({
      implementation,
      scenario,
      offeredRatePerS,
      figures: keptFigures(figures),
    })),
  };
}

/** Machines alike in what the figures depend on have the same one: "intel-xeon-platinum-8370c-cpu-2-80ghz-4-cpus". */
export function machineLabel({ cpuModel, usableCpus, keptAwake }: Pick<Machine, "cpuModel" | "usableCpus" | "keptAwake">): string {
  const slug = cpuModel
    .toLowerCase()
    .replaceAll(/\((r|tm)\)/g, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return `${slug.slice(0, 80) || "unknown"}-${usableCpus.length}-cpus${keptAwake === true ? "-kept-awake" : ""}`;
}

function keptFigures(figures: Cell["figures"]): Baseline["cells"][number]["figures"] {
  return Object.fromEntries(keptMetrics.map((name) => [name, figures[name]])) as Baseline["cells"][number]["figures"];
}
