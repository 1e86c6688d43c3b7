/**
 * The load engines against wrk (with its own nginx, a static reply of 256 bytes, one worker): requests per second and
 * processor time a request of each client, in interleaved rounds, as ratios. Needs wrk and nginx on PATH.
 */
import { execa } from "execa";
import { median } from "simple-statistics";
import { startNullServer } from "../calibrate/null-server.ts";
import { table } from "../commands/output.ts";
import { planTopology } from "../core/topology.ts";
import type { EngineName } from "../load/engines.ts";
import { startGenerator } from "../load/generator.ts";
import { canPin, onPath, usableCpus } from "../processes/pinning.ts";

interface Sample {
  readonly requestsPerS: number;
  /** Processor time of the client a request, us. */
  readonly cpuUs: number;
}

const rounds = 5;
const durationS = 3;
const connectionCounts = [1_000, 64];

export async function benchGenerator(): Promise<string> {
  if (onPath("wrk") === null || onPath("nginx") === null || !canPin()) {
    return "load engines against wrk: skipped, wrk, nginx and taskset are needed on PATH";
  }
  const { service, agents } = planTopology(usableCpus(), true);
  const cpus = agents[0] ?? [];
  await using nginx = await startNullServer(service, new AbortController().signal);
  const port = Number(new URL(nginx.origin).port);
  const parts = [];
  for (const connections of connectionCounts) parts.push(await compare(port, connections, cpus));
  return parts.join("\n\n");
}

async function compare(port: number, connections: number, cpus: readonly number[]): Promise<string> {
  const clients: Readonly<Record<string, () => Promise<Sample>>> = {
    wrk: () => runWrk(port, connections, cpus),
    socket: () => runEngine("socket", port, connections, cpus),
    autocannon: () => runEngine("autocannon", port, connections, cpus),
  };
  const samples = new Map<string, Sample[]>(Object.keys(clients).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(clients)) samples.get(name)?.push(await run());
  }
  const wrk = samples.get("wrk") ?? [];
  const rows = [...samples].map(([name, own]) => {
    const ratios = (value: (sample: Sample) => number): string =>
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

async function runEngine(engine: EngineName, port: number, connections: number, cpus: readonly number[]): Promise<Sample> {
  await using generator = await startGenerator({
    origin: `http://127.0.0.1:${port}`,
    engine,
    connections,
    agentCpus: [cpus],
    workload: { kind: "single-url", path: "/" },
    seed: 1,
    requestTimeoutMs: 5_000,
  });
  await generator.connect();
  const load = await generator.measure({ point: { kind: "closed-loop" }, leadInMs: 500, durationMs: durationS * 1_000 });
  return { requestsPerS: load.received / load.elapsedS, cpuUs: (load.agentCpuS * 1e6) / load.received };
}

/** wrk's own count of requests; its processor time from the shell that waited for it. */
async function runWrk(port: number, connections: number, cpus: readonly number[]): Promise<Sample> {
  const wrk = `taskset -c ${cpus.join(",")} wrk -t1 -c${connections} -d${durationS}s http://127.0.0.1:${port}/`;
  const { stdout } = await execa("bash", ["-c", `TIMEFORMAT="cpu %U %S"; { time ${wrk}; } 2>&1`]);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const requestsPerS = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stdout) ?? [];
  return { requestsPerS, cpuUs: ((Number(user) + Number(system)) * 1e6) / requests };
}
