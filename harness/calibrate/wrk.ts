/** wrk, where it is on PATH: the reference that everybody knows. */
import { execa } from "execa";

export interface ClientSpeed {
  readonly requestsPerS: number;
  /** Processor time of the client a request, us. */
  readonly cpuUs: number;
}

/** wrk's own count of requests; its processor time from the shell that waited for it. */
export async function runWrk(
  origin: string,
  { connections, durationS, cpus, signal }: { connections: number; durationS: number; cpus: readonly number[] | null; signal: AbortSignal },
): Promise<ClientSpeed> {
  const pin = cpus === null ? "" : `taskset -c ${cpus.join(",")} `;
  const wrk = `${pin}wrk -t1 -c${connections} -d${durationS}s ${origin}/`;
  const { stdout } = await execa("bash", ["-c", `TIMEFORMAT="cpu %U %S"; { time ${wrk}; } 2>&1`], { cancelSignal: signal });
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const requestsPerS = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stdout) ?? [];
  const cpuUs = ((Number(user) + Number(system)) * 1e6) / requests;
  if (!(requestsPerS > 0) || !(cpuUs > 0)) throw new Error(`wrk's report cannot be read: ${stdout}`);
  return { requestsPerS, cpuUs };
}
