/** The ceiling: how many requests a second the load engines get out of a server that costs nothing. */
import { decodeHistogram, mergeHistograms } from "../core/histogram.ts";
import type { Ceiling, CeilingKey } from "../core/calibration/ceilings.ts";
import type { LoadMeasurement } from "../core/measurement.ts";
import type { Topology } from "../core/plan-schema.ts";
import { operations } from "../core/operations.ts";
import type { EngineName } from "../load/engines.ts";
import { startGenerator } from "../load/generator.ts";
import type { LoadWorkload } from "../load/messages.ts";

export interface ClientSpeed {
  readonly requestsPerS: number;
  /** Processor time of the client a request, us. */
  readonly cpuUs: number;
}

export interface CapacityOptions {
  readonly origin: string;
  readonly topology: Topology;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}

/** Before each window. */
export const ceilingLeadInMs = 500;
/** Which keys are asked for is nothing to the null server; few are drawn faster. */
const keyCount = 1_000;

export const plainGets: LoadWorkload = { kind: "single-url", path: "/" };

/** Closed loop, on the processors that the agents have in a run. */
export async function measureCapacity(
  engine: EngineName,
  connections: number,
  workload: LoadWorkload,
  { origin, topology, durationMs, signal }: CapacityOptions,
): Promise<LoadMeasurement> {
  const agentCpus = topology.agents.map((own) => (topology.pinned ? own : null)).slice(0, connections);
  await using generator = await startGenerator({
    origin,
    engine,
    connections,
    agentCpus,
    workload,
    seed: 1,
    requestTimeoutMs: 5_000,
    signal,
  });
  await generator.connect();
  return await generator.measure({ point: { kind: "closed-loop" }, leadInMs: ceilingLeadInMs, durationMs });
}

export async function measureCeiling(key: CeilingKey, options: CapacityOptions): Promise<Ceiling> {
  const keys = { count: keyCount, choice: { kind: "uniform" } } as const;
  const workload = { kind: "cache", operations: key.operations, valueSize: key.valueSize, keys } as const;
  const load = await measureCapacity(key.engine, key.connections, workload, options);
  const times = mergeHistograms(operations.map((name) => load.operations[name].serviceTimeUs));
  return { ...key, ...speedOf(load), p50Us: times.getValueAtPercentile(50) };
}

export function speedOf(load: LoadMeasurement): ClientSpeed {
  if (load.received === 0) throw new Error("the null server answered nothing");
  return { requestsPerS: load.received / load.elapsedS, cpuUs: (load.agentCpuS * 1e6) / load.received };
}

export const lagPercentile = (load: LoadMeasurement, percentile: number): number =>
  load.scheduleLagUs === null ? 0 : decodeHistogram(load.scheduleLagUs).getValueAtPercentile(percentile);

/** One agent against a server on one core: what can be set beside wrk with one thread. */
export const singleCores = (topology: Topology): Topology => ({
  ...topology,
  service: topology.service.slice(0, 1),
  agents: topology.agents.slice(0, 1),
});
