/** Starts the known-delay server (delay-server-process.ts) and reads its log. */
import type { Delay, Stall } from "../core/calibration/delays.ts";
import { pacingOf } from "../load/pacing.ts";
import { nodeCommand } from "../processes/node-command.ts";
import { setRealTime } from "../processes/priority.ts";
import { type LocalServer, startLocalServer } from "./local-server.ts";

const serverProcess = new URL("./delay-server-process", import.meta.url);

export interface DelayServerOptions {
  readonly delay: Delay;
  readonly stall: Stall | null;
  readonly seed: number;
}

export interface DelayLog {
  /** By request, in the order of arrival: when the server saw it, us from the first, which is when its stalls count from. */
  readonly arrivedUs: number[];
  /** From then until it had written the answer, us; -1: not answered. */
  readonly heldUs: number[];
  /** Of that, how long beyond the delay it was given. */
  readonly lateUs: number[];
  /** For how long it could have run and had no processor; null: not told. What it did not see come is in no other figure. */
  readonly waitUs: number | null;
}

export interface DelayServer extends LocalServer {
  /** What it did since the last time; its delays and stalls start over. */
  takeLog(): Promise<DelayLog>;
}

export interface DelayServerLoad {
  readonly cpus: readonly number[] | null;
  /** As far as it is known; the server is paced as an agent would be. */
  readonly ratePerS: number | null;
  readonly signal: AbortSignal;
}

export async function startDelayServer(options: DelayServerOptions, { cpus, ratePerS, signal }: DelayServerLoad): Promise<DelayServer> {
  const { realTime, lastStretchUs } = pacingOf(ratePerS ?? Infinity, cpus !== null);
  const command = (port: number): readonly string[] => nodeCommand(serverProcess, JSON.stringify({ ...options, port, lastStretchUs }));
  const server = await startLocalServer(command, { cpus: [cpus], signal });
  if (realTime) for (const pid of server.processes()) await setRealTime(pid, true);
  const takeLog = async (): Promise<DelayLog> => (await (await fetch(`${server.origin}/log`, { signal })).json()) as DelayLog;
  return {
    origin: server.origin,
    processes: () => server.processes(),
    takeLog,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
