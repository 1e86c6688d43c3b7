/** Where the load generator itself ends, and which of the ceilings holds for a load. */
import { z } from "zod";
import { settingsSchema } from "../plan-schema.ts";
import { type Scenario, scenarioSchema } from "../scenario.ts";
import { noiseSchema } from "./noise.ts";

/** How many requests a second an engine gets out of the null server, with the load of a scenario. */
export const ceilingSchema = z.strictObject({
  engine: settingsSchema.shape.engine,
  connections: z.int().min(1),
  operations: scenarioSchema.shape.operations,
  valueSize: scenarioSchema.shape.valueSize,
  requestsPerS: z.number().gt(0),
  /** Of the agents, a request. */
  cpuUs: z.number().gt(0),
  p50Us: z.number(),
});
export type Ceiling = z.infer<typeof ceilingSchema>;

/** The ceilings a run went by. */
export const usedCalibrationSchema = z.strictObject({
  /** stored: by `calibrate`, on `date`; own: measured by the run itself before its trials, 3 s for each load (1 s for the witness's). */
  source: z.enum(["stored", "own"]),
  date: z.iso.datetime(),
  nullServer: z.enum(["nginx", "node"]),
  ceilings: z.array(ceilingSchema),
  /** Of a stored one; absent in results from before it was recorded. */
  noise: noiseSchema.optional(),
});
export type UsedCalibration = z.infer<typeof usedCalibrationSchema>;

/** What the ceiling depends on. */
export type CeilingKey = Pick<Ceiling, "engine" | "connections" | "operations" | "valueSize">;

export const ceilingKey = (scenario: Scenario, engine: Ceiling["engine"], connections: number | null): CeilingKey => ({
  engine,
  connections: connections ?? scenario.connections,
  operations: scenario.operations,
  valueSize: scenario.valueSize,
});

/** The ceiling measured with just this load, or null. */
export function findCeiling<Known extends CeilingKey>(ceilings: readonly Known[], wanted: CeilingKey): Known | null {
  const text = ({ engine, connections, operations, valueSize }: CeilingKey): string =>
    JSON.stringify([engine, connections, operations.get, operations.put, operations.delete, Object.entries(valueSize).toSorted()]);
  return ceilings.find((one) => text(one) === text(wanted)) ?? null;
}
