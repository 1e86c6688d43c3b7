/** Other load generators, where they are on PATH: how each is asked for a load, and what its report says. */
import { onPath } from "../processes/pinning.ts";
import { runTimed } from "../processes/timed.ts";

/** As many requests as come back, or this many a second. */
export interface RivalLoad {
  readonly url: string;
  readonly connections: number;
  /** Whole seconds: not every one takes parts. */
  readonly durationS: number;
  readonly ratePerS: number | null;
}

interface Report {
  readonly requests: number;
  readonly requestsPerS: number;
  /** p50, p99 and p99.9, us; null where it does not tell. */
  readonly timesUs: readonly (number | null)[];
}

interface Rival {
  readonly program: readonly string[];
  readonly takesRate: boolean;
  /** Separated by blanks. */
  options(load: RivalLoad): string;
  read(stdout: string): Report;
}

const rivals: Readonly<Record<string, Rival>> = {
  wrk: {
    program: ["wrk"],
    takesRate: false,
    options: ({ url, connections, durationS }) => `-t1 -c${connections} -d${durationS}s --latency ${url}`,
    read: (stdout) => ({
      requests: Number(/(\d+) requests in/.exec(stdout)?.[1]),
      requestsPerS: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
      timesUs: [50, 99, null].map((wanted) => {
        const [, value, unit] = new RegExp(`^\\s+${wanted}%\\s+([\\d.]+)(us|ms|s)$`, "m").exec(stdout) ?? [];
        return value === undefined ? null : Number(value) * (unit === "us" ? 1 : unit === "ms" ? 1e3 : 1e6);
      }),
    }),
  },
  autocannon: {
    program: ["autocannon"],
    takesRate: true,
    options: ({ url, connections, durationS, ratePerS }) =>
      `-j -c ${connections} -d ${durationS} ${ratePerS === null ? "" : `-R ${ratePerS}`} ${url}`,
    read: (stdout) => {
      const { requests, latency, duration } = JSON.parse(stdout);
      return {
        requests: requests.total,
        requestsPerS: requests.total / duration,
        timesUs: [latency.p50, latency.p99, latency.p99_9].map((ms) => ms * 1e3),
      };
    },
  },
  fortio: {
    program: ["fortio", "load"],
    takesRate: true,
    // Buckets of 10 us.
    options: ({ url, connections, durationS, ratePerS }) =>
      `-json - -c ${connections} -t ${durationS}s -qps ${ratePerS ?? 0} -p 50,99,99.9 -r 0.00001 ${url}`,
    read: (stdout) => {
      const { ActualQPS, DurationHistogram } = JSON.parse(stdout);
      return {
        requests: DurationHistogram.Count,
        requestsPerS: ActualQPS,
        timesUs: DurationHistogram.Percentiles.map(({ Value }: { Value: number }) => Value * 1e6),
      };
    },
  },
  oha: {
    program: ["oha"],
    takesRate: true,
    options: ({ url, connections, durationS, ratePerS }) =>
      `--no-tui --output-format json -c ${connections} -z ${durationS}s ${ratePerS === null ? "" : `-q ${ratePerS}`} ${url}`,
    read: (stdout) => {
      const { summary, latencyPercentiles, statusCodeDistribution } = JSON.parse(stdout);
      const requests = Object.values<number>(statusCodeDistribution).reduce((total, count) => total + count, 0);
      return {
        requests,
        requestsPerS: requests / summary.total,
        timesUs: ["p50", "p99", "p99.9"].map((name) => latencyPercentiles[name] * 1e6),
      };
    },
  },
};

/** Worth a comparison, and not driven here. */
const others = ["wrk2", "vegeta", "k6"];

export const rivalsHere: readonly string[] = Object.keys(rivals).filter((name) => onPath(rivals[name]?.program[0] ?? "") !== null);
export const rivalsMissing: readonly string[] = [...Object.keys(rivals).filter((name) => !rivalsHere.includes(name)), ...others];
export const takesRate = (name: string): boolean => rivals[name]?.takesRate === true;

/** Processor time of the client a request in us beside its report. Throws when the report cannot be read. */
export async function runRival(
  name: string,
  load: RivalLoad,
  cpus: readonly number[] | null,
  signal: AbortSignal,
): Promise<Report & { readonly cpuUs: number }> {
  const rival = rivals[name];
  if (rival === undefined) throw new Error(`${name} is not known here`);
  const { stdout, cpuS } = await runTimed([...rival.program, ...rival.options(load).split(/ +/)], cpus, signal);
  const report = rival.read(stdout);
  const cpuUs = (cpuS * 1e6) / report.requests;
  if (!(report.requestsPerS > 0) || !(cpuUs > 0)) throw new Error(`${name}'s report cannot be read: ${stdout.slice(0, 500)}`);
  return { ...report, cpuUs };
}
