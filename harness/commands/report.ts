/** `cache-bench report`: a finished run, rendered again, offline. */
import { dirname, resolve } from "node:path";
import { buildReport } from "../../report/model.ts";
import { renderers } from "../../report/renderers.ts";
import { renderTerminal } from "../../report/terminal.ts";
import { methodDifferences } from "../core/compare-runs.ts";
import { priceListSchema } from "../core/cost-prices.ts";
import type { Result } from "../core/result.ts";
import { exitCodes, usageError } from "../errors.ts";
import { readJsonFile } from "../store/json-file.ts";
import { findResult } from "../store/run-folder.ts";
import { checkFormats, writeFiles } from "./files.ts";
import { print, terminalStyle } from "./output.ts";

export interface ReportCommandOptions {
  readonly format?: readonly string[];
  readonly out?: string;
  readonly baseline?: string;
  readonly prices?: string;
  readonly results: string;
}

export async function reportCommand(
  { format, out, baseline, prices, results }: ReportCommandOptions,
  [run = ""]: readonly string[],
): Promise<number> {
  const { file, result } = findResult(run, resolve(results));
  const before = baseline === undefined ? undefined : comparable(findResult(baseline, resolve(results)).result, result);
  const formats = format ?? ["terminal"];
  checkFormats(formats, ["terminal", ...Object.keys(renderers)]);
  const model = buildReport(result, {
    baseline: before,
    prices: prices === undefined ? undefined : readJsonFile(resolve(prices), priceListSchema),
  });
  for (const name of formats) {
    const files = await renderers[name]?.(model);
    if (files === undefined) print(renderTerminal(model, terminalStyle()));
    else await writeFiles(out === undefined ? dirname(file) : resolve(out), files);
  }
  return exitCodes.done;
}

/** Runs that were not measured alike are not set against each other silently. */
function comparable(baseline: Result, result: Result): Result {
  const differences = methodDifferences(baseline, result);
  if (differences.length === 0) return baseline;
  throw usageError(
    `the baseline was not measured alike: ${differences.join("; ")}`,
    "give a baseline measured with the same options; cache-bench compare --allow-different-method shows the two side by side",
  );
}
