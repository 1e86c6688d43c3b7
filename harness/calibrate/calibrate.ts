/** The calibration of this machine: how fast the generator can be here, how true, how punctual, and what noise alone does. */
import { type Calibration, calibrationSchemaVersion, type TruthCase } from "../core/calibration/calibration.ts";
import { ceilingKey } from "../core/calibration/ceilings.ts";
import { exactPercentile } from "../core/calibration/simulate.ts";
import { judgeTruth } from "../core/calibration/truth.ts";
import { type Ratio, ratioOf } from "../core/compare.ts";
import { methodVersion } from "../core/plan.ts";
import type { Topology } from "../core/plan-schema.ts";
import type { Machine } from "../core/result.ts";
import type { Scenario } from "../core/scenario.ts";
import { witnessConnections } from "../core/witness.ts";
import { estimate } from "../core/statistics.ts";
import { engines, type EngineName } from "../load/engines.ts";
import { startGenerator } from "../load/generator.ts";
import { onPath } from "../processes/pinning.ts";
import { measureInterruptions } from "../probes/interruptions.ts";
import type { Progress } from "../run/progress.ts";
import { toolVersion } from "../tool.ts";
import { type CapacityOptions, lagPercentile, measureCapacity, measureCeiling, plainGets, singleCores, speedOf } from "./ceiling.ts";
import { describeDelay, type KnownCase, knownCases } from "./known-cases.ts";
import { nullServerName, startNullServer } from "./null-server.ts";
import { runRival } from "./rivals.ts";
import { measureKnown } from "./truth.ts";

export interface CalibrateContext {
  readonly machine: Machine;
  readonly topology: Topology;
  /** Whose load the ceilings are measured with. */
  readonly scenario: Scenario;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const windowMs = 3_000;
/** At 2,000/s, so that 100 requests lie beyond p99. */
const truthMs = 5_500;
const lagRatePerS = 2_000;
const noiseLaunches = 6;
const noiseMs = 1_000;
const noiseConnections = 100;

const engineNames = Object.keys(engines) as EngineName[];

export async function calibrate(context: CalibrateContext): Promise<Calibration> {
  const { machine, topology, scenario, progress, signal } = context;
  const cpus = topology.pinned ? topology.service : null;
  const counts = [scenario.connections, witnessConnections];
  const measured = await (async () => {
    await using server = await startNullServer(cpus, signal);
    const options: CapacityOptions = { origin: server.origin, topology, durationMs: windowMs, signal };
    return {
      ceilings: await measureCeilings(context, counts, options),
      witnesses: await measureWitnesses(context, counts, options),
      lagUs: await progress.stage("How late the agent sends", () => measureLag(options)),
      noise: await progress.stage("The same, measured twice", () => measureNoise(options)),
    };
  })();
  const fastest = measured.ceilings.find(({ engine, connections }) => engine === "socket" && connections === scenario.connections);
  const interruptions = await progress.stage("How often processors are taken away", () => measureInterruptions(topology, signal));
  const truth = await measureTruth(context, knownCases(fastest?.requestsPerS ?? 0));
  return {
    schemaVersion: calibrationSchemaVersion,
    methodVersion,
    tool: toolVersion,
    date: new Date().toISOString(),
    machine,
    topology: topology.sentence,
    nullServer: nullServerName(),
    ...measured,
    truth,
    interruptions,
  };
}

function measureCeilings({ scenario, progress }: CalibrateContext, counts: readonly number[], options: CapacityOptions) {
  return progress.stage(`The ceiling of each engine, with the load of ${scenario.id}`, async (update) => {
    const ceilings: Calibration["ceilings"] = [];
    for (const connections of counts) {
      for (const engine of engineNames) {
        update(`${engine}, ${connections} connections`);
        ceilings.push(await measureCeiling(ceilingKey(scenario, engine, connections), options));
      }
    }
    return ceilings;
  });
}

/** On one core each, as wrk with one thread. */
function measureWitnesses({ progress }: CalibrateContext, counts: readonly number[], all: CapacityOptions) {
  const options = { ...all, topology: singleCores(all.topology) };
  const cpus = options.topology.pinned ? (options.topology.agents[0] ?? null) : null;
  const hasWrk = onPath("wrk") !== null;
  return progress.stage(`Plain GETs${hasWrk ? ", and wrk beside" : " (wrk is not on PATH)"}`, async (update) => {
    const witnesses: Calibration["witnesses"] = [];
    for (const connections of counts) {
      for (const client of engineNames) {
        update(`${client}, ${connections} connections`);
        witnesses.push({ client, connections, ...speedOf(await measureCapacity(client, connections, plainGets, options)) });
      }
      if (!hasWrk) continue;
      update(`wrk, ${connections} connections`);
      const { origin, durationMs, signal } = options;
      const load = { url: `${origin}/`, connections, durationS: Math.ceil(durationMs / 1e3), ratePerS: null };
      const { requestsPerS, cpuUs } = await runRival("wrk", load, cpus, signal);
      witnesses.push({ client: "wrk", connections, requestsPerS, cpuUs });
    }
    return witnesses;
  });
}

async function measureLag({ origin, topology, signal }: CapacityOptions): Promise<Calibration["lagUs"]> {
  await using generator = await startGenerator({
    origin,
    engine: "socket",
    connections: noiseConnections,
    agentCpus: topology.agents.map((own) => (topology.pinned ? own : null)),
    alone: topology.disjoint,
    workload: plainGets,
    seed: 1,
    requestTimeoutMs: 5_000,
    signal,
  });
  await generator.connect();
  const point = { kind: "open-loop", offeredRatePerS: lagRatePerS } as const;
  const load = await generator.measure({ point, leadInMs: 500, durationMs: truthMs });
  return { p50: lagPercentile(load, 50), p90: lagPercentile(load, 90), p99: lagPercentile(load, 99) };
}

/** A against A: two arms that are the same, fresh agents each time, in the order A B B A. */
async function measureNoise(all: CapacityOptions): Promise<Calibration["noise"]> {
  const options = { ...all, durationMs: noiseMs };
  const arms = [[], []] as [ReturnType<typeof speedOf>[], ReturnType<typeof speedOf>[]];
  for (let round = 0; round < noiseLaunches; round++) {
    for (const arm of round % 2 === 0 ? arms : arms.toReversed())
      arm.push(speedOf(await measureCapacity("socket", noiseConnections, plainGets, options)));
  }
  const ratio = (value: (speed: ReturnType<typeof speedOf>) => number): Ratio | null => {
    const [a, b] = arms.map((arm) => ({ verdict: "valid" as const, ...estimate(arm.map(value)) }));
    return a === undefined || b === undefined ? null : ratioOf(a, b);
  };
  return { launches: noiseLaunches, throughput: ratio(({ requestsPerS }) => requestsPerS), cpu: ratio(({ cpuUs }) => cpuUs) };
}

function measureTruth({ topology, progress, signal }: CalibrateContext, cases: readonly KnownCase[]): Promise<TruthCase[]> {
  return progress.stage("What is reported against what is true, with the known-delay server", async (update) => {
    const measured: TruthCase[] = [];
    for (const known of cases) {
      const { connections, ratePerS, delay, stall } = known;
      update(`${connections} connections, ${ratePerS} requests/s, ${describeDelay(delay)}${stall === null ? "" : ", stalls"}`);
      const { load, truth } = await measureKnown(known, { topology, durationMs: truthMs, signal });
      measured.push({
        connections,
        ratePerS,
        delay: describeDelay(delay),
        stalls: stall !== null,
        server: truth && {
          lateP50Us: exactPercentile(truth.lateUs, 50),
          lateP99Us: exactPercentile(truth.lateUs, 99),
          waitUs: truth.serverWaitUs,
        },
        lines: truth === null ? [] : judgeTruth(load, truth),
      });
    }
    return measured;
  });
}
