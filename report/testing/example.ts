/** The published example, docs/example: a real run of this repository, and its report as the code renders it now. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import type { LoadMeasurement, OperationMeasurement } from "../../harness/core/measurement.ts";
import { type Result, resultSchema, type Trial } from "../../harness/core/result.ts";
import { packageRoot } from "../../harness/paths.ts";
import { isVoid } from "../charts/latency.ts";
import { buildReport } from "../model.ts";
import { type ReportFile, renderers } from "../renderers.ts";

export const exampleFolder = join(packageRoot, "docs", "example");

const formats = ["html", "md", "csv"] as const;

/** Packed, and without what no chart draws. */
export const exampleResultFile = join(exampleFolder, "result.json.gz");

async function exampleResult(): Promise<Result> {
  return resultSchema.parse(JSON.parse(gunzipSync(await readFile(exampleResultFile)).toString()));
}

/**
 * A run's result as it is published: each figure, count and finding, but of series in time and histograms only those that charts
 * draw: of the open loops at the common rates, where no gate voids them.
 */
export function drawnResult(result: Result): Result {
  const trials = result.trials.map((trial): Trial => {
    const { outcome } = trial;
    if (outcome.kind !== "measured") return trial;
    const loadPoints = outcome.loadPoints.map((one, index) => ({ ...one, load: drawnLoad(one.load, isVoid(outcome, index)) }));
    return { ...trial, outcome: { ...outcome, loadPoints } };
  });
  return { ...result, trials };
}

const noSamples = encodeIntoCompressedBase64(build());

function drawnLoad(load: LoadMeasurement, isVoid: boolean): LoadMeasurement {
  const isDrawn = !isVoid && load.point.kind === "open-loop" && load.point.from === undefined;
  const drawn = (operation: OperationMeasurement): OperationMeasurement => ({
    ...operation,
    serviceTimeUs: noSamples,
    responseTimeUs: isDrawn ? operation.responseTimeUs : noSamples,
  });
  const { get, put, delete: remove } = load.operations;
  return {
    ...load,
    operations: { get: drawn(get), put: drawn(put), delete: drawn(remove) },
    scheduleLagUs: isDrawn || load.scheduleLagUs === null ? load.scheduleLagUs : noSamples,
    per100Ms: { leadInSteps: load.per100Ms.leadInSteps, answers: [], meanResponseUs: [], faults: [] },
  };
}

export async function renderExample(): Promise<readonly ReportFile[]> {
  return render(await exampleResult());
}

export async function render(result: Result): Promise<readonly ReportFile[]> {
  const model = buildReport(result);
  const files = await Promise.all(formats.map((format) => renderers[format]?.(model) ?? []));
  return files.flat();
}
