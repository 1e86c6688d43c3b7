/** A calibration as text. */
import type { Calibration, TruthCase } from "../core/calibration/calibration.ts";
import { boundUs } from "../core/calibration/truth.ts";
import type { Ratio } from "../core/compare.ts";
import { describeInterruptions, worstOf } from "../core/interruptions.ts";
import { table } from "./output.ts";

export function describeCalibration(calibration: Calibration): string {
  return [ceilings(calibration), witnesses(calibration), truth(calibration), lag(calibration), noise(calibration)].join("\n\n");
}

function ceilings({ ceilings: all, nullServer, topology }: Calibration): string {
  const rows = all.map(({ engine, connections, requestsPerS, cpuUs, p50Us }) => [
    engine,
    String(connections),
    requestsPerS.toFixed(0),
    (requestsPerS * 0.7).toFixed(0),
    cpuUs.toFixed(1),
    String(p50Us),
  ]);
  const server =
    nullServer === "nginx"
      ? "nginx with a fixed answer"
      : "our own null server on Node, which may end before the generator does (nginx on PATH is faster)";
  return `Ceilings, against ${server}\n${topology}\n${table(["ENGINE", "CONNECTIONS", "REQUESTS/S", "BOUNDED ABOVE", "CPU US/REQUEST", "P50 US"], rows)}`;
}

function witnesses({ witnesses: all }: Calibration): string {
  const rows = all.map(({ client, connections, requestsPerS, cpuUs }) => {
    const wrk = all.find((other) => other.client === "wrk" && other.connections === connections);
    const share = wrk === undefined ? "-" : (requestsPerS / wrk.requestsPerS).toFixed(2);
    return [client, String(connections), requestsPerS.toFixed(0), share, cpuUs.toFixed(1)];
  });
  return `Plain GETs, one client on one core\n${table(["CLIENT", "CONNECTIONS", "REQUESTS/S", "x WRK", "CPU US/REQUEST"], rows)}`;
}

function truth({ truth: cases, interruptions }: Calibration): string {
  const rows = cases.flatMap(rowsOf);
  const lines = cases.flatMap((one) => one.lines);
  const within = lines.filter(({ withinBound }) => withinBound).length;
  const waits = cases.flatMap(({ server }) => server?.waitUs ?? []);
  const busiest = Math.max(0, ...waits);
  const noisy =
    within < lines.length && busiest > boundUs(0) / 2
      ? `\nThis machine was busy: the server waited up to ${busiest.toFixed(0)} us a request for a processor, which nobody can tell from a late report. Repeat it when the machine is idle.`
      : "";
  const taken = `\nInterruptions, just before: ${describeInterruptions(worstOf(interruptions))}`;
  const head = ["CONNECTIONS", "RATE/S", "DELAY", "TIME", "", "TRUE US", "REPORTED US", "ERROR", "BOUND", "VERDICT"];
  return `Reported against true: ${within} of ${lines.length} within the bound, the larger of 50 us and 2 %${noisy}${taken}\n${table(head, rows)}`;
}

function rowsOf(known: TruthCase): string[][] {
  const { connections, ratePerS, delay, stalls, lines } = known;
  const what = [String(connections), String(ratePerS), `${delay}${stalls ? ", stalls" : ""}`];
  if (lines.length === 0) return [[...what, "", "", "", "", "", "", "not judged: the server did not see every request"]];
  return lines.map(({ time, percentile, trueUs, reportedUs, withinBound, withheld }) => {
    const verdict = withinBound ? "ok" : withheld === null ? "off" : "off, and a run would withhold it (late sending)";
    return [
      ...what,
      time,
      `p${percentile}`,
      String(trueUs),
      String(reportedUs),
      String(reportedUs - trueUs),
      boundUs(trueUs).toFixed(0),
      verdict,
    ];
  });
}

function lag({ lagUs }: Calibration): string {
  return `Lateness of sends at 2,000/s: p50 ${lagUs.p50} us, p90 ${lagUs.p90} us, p99 ${lagUs.p99} us`;
}

function noise({ noise: { launches, throughput, cpu } }: Calibration): string {
  const percent = (ratio: number): string => `${((ratio - 1) * 100).toFixed(1)} %`;
  const text = (ratio: Ratio | null): string => (ratio === null ? "too few launches" : `${percent(ratio.low)} to ${percent(ratio.high)}`);
  return `The same measured twice, ${launches} launches each: 95 % interval of the difference in throughput ${text(throughput)}, in CPU per request ${text(cpu)}.\nNo smaller difference can be claimed on this machine with so many launches.`;
}
