/**
 * The load engines against wrk and what else is on PATH (with its own nginx, a static reply of 256 bytes, one worker): requests per
 * second and processor time a request of each client, in interleaved rounds, as ratios. Needs wrk and nginx on PATH.
 */
import { median } from "simple-statistics";
import { type CapacityOptions, type ClientSpeed, measureCapacity, plainGets, singleCores, speedOf } from "../calibrate/ceiling.ts";
import { startNullServer } from "../calibrate/null-server.ts";
import { rivalsHere, rivalsMissing, runRival } from "../calibrate/rivals.ts";
import { table } from "../commands/output.ts";
import { planTopology } from "../core/topology.ts";
import type { EngineName } from "../load/engines.ts";
import { canPin, onPath, usableCpus } from "../processes/pinning.ts";

const rounds = 5;
const durationS = 3;
const connectionCounts = [1_000, 64];

export async function benchGenerator(): Promise<string> {
  if (onPath("wrk") === null || onPath("nginx") === null || !canPin()) {
    return "load engines against wrk: skipped, wrk, nginx and taskset are needed on PATH";
  }
  const { signal } = new AbortController();
  const topology = singleCores(planTopology(usableCpus(), true));
  await using nginx = await startNullServer(topology.service, signal);
  const parts = [];
  for (const connections of connectionCounts)
    parts.push(await compare(connections, { origin: nginx.origin, topology, durationMs: durationS * 1_000, signal }));
  return `${parts.join("\n\n")}\nNot compared: ${rivalsMissing.join(", ")}`;
}

async function compare(connections: number, options: CapacityOptions): Promise<string> {
  const { origin, topology, signal } = options;
  const engine = (name: EngineName) => async (): Promise<ClientSpeed> =>
    speedOf(await measureCapacity(name, connections, plainGets, options));
  const cpus = topology.agents[0] ?? null;
  const rival = (name: string) => () => runRival(name, { url: `${origin}/`, connections, durationS, ratePerS: null }, cpus, signal);
  const clients: Readonly<Record<string, () => Promise<ClientSpeed>>> = {
    wrk: rival("wrk"),
    "engine socket": engine("socket"),
    "engine autocannon": engine("autocannon"),
    ...Object.fromEntries(rivalsHere.filter((name) => name !== "wrk").map((name) => [name, rival(name)])),
  };
  const samples = new Map<string, ClientSpeed[]>(Object.keys(clients).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(clients)) samples.get(name)?.push(await run());
  }
  const wrk = samples.get("wrk") ?? [];
  const rows = [...samples].map(([name, own]) => {
    const ratios = (value: (sample: ClientSpeed) => number): string =>
      median(own.map((sample, round) => value(sample) / value(wrk[round] ?? sample))).toFixed(2);
    return [
      name,
      median(own.map(({ requestsPerS }) => requestsPerS)).toFixed(0),
      ratios(({ requestsPerS }) => requestsPerS),
      median(own.map(({ cpuUs }) => cpuUs)).toFixed(1),
      ratios(({ cpuUs }) => cpuUs),
    ];
  });
  const title = `${connections} connections, nginx on one core, client on another, ${rounds} interleaved rounds of ${durationS} s, medians; x wrk is the median of the rounds' ratios`;
  return `${title}\n${table(["CLIENT", "REQUESTS/S", "x WRK", "CPU US/REQUEST", "x WRK"], rows)}`;
}
