/** One load point of the socket engine against the known-delay server, and the truth beside it. */
import { delaySequence, type Delay, type Stall } from "../core/calibration/delays.ts";
import { firstArrivalUs, simulateResponseTimes } from "../core/calibration/simulate.ts";
import type { LoadMeasurement } from "../core/measurement.ts";
import type { Topology } from "../core/plan-schema.ts";
import { poissonArrivals, seededRandom } from "../core/workload.ts";
import { startGenerator } from "../load/generator.ts";
import { type DelayLog, startDelayServer } from "./delay-server.ts";

export interface KnownCase {
  readonly connections: number;
  readonly ratePerS: number;
  readonly delay: Delay;
  readonly stall: Stall | null;
}

/** The times of the requests of the window, in the order of arrival, us. */
export interface Truth {
  readonly service: readonly number[];
  readonly response: Float64Array;
  readonly lateUs: readonly number[];
  /** A request, on average; null: not told. */
  readonly serverWaitUs: number | null;
}

const seed = 1;
const leadInMs = 500;
const requestTimeoutMs = 10_000;

/** `truth` is null where the server did not see all that was due: this machine cannot carry the load point. */
export async function measureKnown(
  known: KnownCase,
  { topology, durationMs, signal }: { readonly topology: Topology; readonly durationMs: number; readonly signal: AbortSignal },
): Promise<{ readonly load: LoadMeasurement; readonly truth: Truth | null }> {
  const { connections, ratePerS, delay, stall } = known;
  const cpus = (wanted: readonly number[]): readonly number[] | null => (topology.pinned ? wanted : null);
  await using server = await startDelayServer({ delay, stall, seed }, { cpus: cpus(topology.service.slice(0, 1)), ratePerS, signal });
  await using generator = await startGenerator({
    origin: server.origin,
    engine: "socket",
    connections,
    agentCpus: topology.agents.map(cpus),
    alone: topology.pinned && topology.agents.flat().every((cpu) => cpu !== topology.service[0]),
    workload: { kind: "single-url", path: "/" },
    seed,
    requestTimeoutMs,
    signal,
  });
  await generator.connect();
  const point = { kind: "open-loop", offeredRatePerS: ratePerS } as const;
  const load = await generator.measure({ point, leadInMs, durationMs });
  return { load, truth: truthOf(known, load, await server.takeLog(), topology.agents.length, durationMs) };
}

function truthOf(
  { connections, ratePerS, delay, stall }: KnownCase,
  load: LoadMeasurement,
  log: DelayLog,
  agents: number,
  durationMs: number,
): Truth | null {
  // The generator's own draw, of all its agents together.
  const schedule = { ratePerS, durationUs: (leadInMs + durationMs) * 1e3, agent: 0, agents: 1 };
  const dueUs = poissonArrivals(schedule, seededRandom(seed, "arrivals 0"));
  if (log.heldUs.length !== dueUs.length || log.heldUs.includes(-1)) return null;
  const nextDelay = delaySequence(delay, seed);
  const response = simulateResponseTimes({
    dueUs,
    connections: Array.from({ length: agents }, (_, agent) => Math.floor(connections / agents) + (agent < connections % agents ? 1 : 0)),
    delayUs: nextDelay,
    lateUs: (k) => log.lateUs[k] ?? 0,
    stall,
    stallsFromUs: firstArrivalUs(dueUs, log.arrivedUs),
  });
  const window = -(load.scheduled ?? 0);
  return {
    service: log.heldUs.slice(window),
    response: response.slice(window),
    lateUs: log.lateUs.slice(window),
    serverWaitUs: log.waitUs === null ? null : log.waitUs / dueUs.length,
  };
}
