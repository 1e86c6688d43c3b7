/** The published example, docs/example: a real run of this repository, and its report as the code renders it now. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Result, resultSchema } from "../../harness/core/result.ts";
import { packageRoot } from "../../harness/paths.ts";
import { type ReportFile, renderers } from "../renderers.ts";

export const exampleFolder = join(packageRoot, "docs", "example");

const formats = ["html", "md", "csv"] as const;

/** Packed, for a run with all its histograms is some MB. */
export const exampleResultFile = join(exampleFolder, "result.json.gz");

async function exampleResult(): Promise<Result> {
  return resultSchema.parse(JSON.parse(gunzipSync(await readFile(exampleResultFile)).toString()));
}

export async function renderExample(): Promise<readonly ReportFile[]> {
  const result = await exampleResult();
  const files = await Promise.all(formats.map((format) => renderers[format]?.(result) ?? []));
  return files.flat();
}
