/**
 * What the harness costs its user beside measuring: the wall time of a run of `quick` that is no launch, warm-up, lead-in or window;
 * the start of the command line program; a report of 2,000 trials; and opening one.
 */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { median } from "simple-statistics";
import { syntheticResult } from "../../report/testing/synthetic-result.ts";
import { ceilingLeadInMs } from "../calibrate/ceiling.ts";
import { table } from "../commands/output.ts";
import type { Result } from "../core/result.ts";
import { ceilingLoads } from "../run/find-ceilings.ts";
import { witnessDrivingMs } from "../run/witness.ts";
import { openExample } from "./opening.ts";
import { launcher, quickRun } from "./quick-run.ts";

export async function benchOverhead(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-overhead-"));
  try {
    // The first run builds, where that has not been done.
    await quickRun(join(folder, "results"));
    const result = await quickRun(join(folder, "results"));
    const { wallS, measuringS } = timesOf(result);
    const helpS = await medianS(11, ["--help"]);
    const run = join(folder, "many");
    const launches = 1_000;
    mkdirSync(run);
    const services = ["one", "two"].map((id, index) => ({ id, language: id, slowness: 1 + index }));
    writeFileSync(join(run, "result.json"), JSON.stringify(syntheticResult({ services, launches })));
    const reportS = await medianS(3, ["report", run, "--format", "html,md,csv,json,junit", "--out", join(folder, "out")]);
    const opening = await openExample();
    const seconds = (value: number | undefined) => (value === undefined ? "no Chromium here" : `${value.toFixed(2)} s`);
    const rows = [
      ["of a run of quick: not launching, warming up or measuring", `${((100 * (wallS - measuringS)) / wallS).toFixed(0)} %`, "10 %"],
      ["reading a service's memory once a second, of one processor", `${(100 * samplingShare(result)).toFixed(2)} %`, "1 %"],
      ["cache-bench --help", `${helpS.toFixed(2)} s`, "0.2 s"],
      [`cache-bench report of ${services.length * launches} trials`, `${reportS.toFixed(2)} s`, "3 s"],
      ["the example's HTML, opened in Chromium: to be read", seconds(opening?.readableS), "1 s"],
      ["the same until its last chart is drawn", seconds(opening?.drawnS), "-"],
    ];
    return table(["OVERHEAD", "MEASURED", "AT MOST WANTED"], rows);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Of a run: its wall time, and what of it went into launches, connecting, warm-up, lead-ins, windows and cold starts, s. Windows are
 * the witness's too, and those of a calibration of its own, which a machine with a stored one does not need.
 */
function timesOf(result: Result): { wallS: number; measuringS: number } {
  const { startedAt, finishedAt, plan, scenarios, trials, coldStarts, calibration, witnesses = [] } = result;
  const { settings } = plan;
  let measuringMs = witnesses.length * witnessDrivingMs;
  if (calibration?.source === "own") {
    for (const { durationMs } of ceilingLoads(scenarios, settings)) measuringMs += ceilingLeadInMs + durationMs;
  }
  for (const { outcome } of trials) {
    if (outcome.kind !== "measured") continue;
    measuringMs += outcome.readyMs + outcome.connect.elapsedMs + settings.warmUpMs;
    for (const { load } of outcome.loadPoints) measuringMs += settings.leadInMs + load.elapsedS * 1_000;
  }
  for (const { samplesMs } of coldStarts) for (const sampleMs of samplesMs) measuringMs += sampleMs;
  return { wallS: (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000, measuringS: measuringMs / 1_000 };
}

/** Of the service whose memory takes longest to read: the median of its readings, one a second. */
function samplingShare({ trials }: Result): number {
  const readings = new Map<string, number[]>();
  for (const { implementation, outcome } of trials) {
    if (outcome.kind !== "measured") continue;
    const samples = outcome.memory.flatMap(({ tookMs }) => tookMs ?? []);
    readings.set(implementation, [...(readings.get(implementation) ?? []), ...samples]);
  }
  return Math.max(...[...readings.values()].map((samples) => median(samples))) / 1_000;
}

async function medianS(times: number, args: readonly string[]): Promise<number> {
  const samples: number[] = [];
  for (let time = 0; time < times; time++) {
    const start = performance.now();
    await execa(process.execPath, [launcher, ...args]);
    samples.push((performance.now() - start) / 1_000);
  }
  return median(samples);
}
