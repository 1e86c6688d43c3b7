/** `cache-bench report`: a finished run, rendered again, offline. */
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { closest } from "fastest-levenshtein";
import writeFileAtomic from "write-file-atomic";
import { buildReport } from "../../report/model.ts";
import { renderers } from "../../report/renderers.ts";
import { renderTerminal } from "../../report/terminal.ts";
import { methodDifferences } from "../core/compare-runs.ts";
import type { Result } from "../core/result.ts";
import { exitCodes, usageError } from "../errors.ts";
import { showPath } from "../store/json-file.ts";
import { findResult } from "../store/run-folder.ts";
import { print, terminalStyle } from "./output.ts";

export interface ReportCommandOptions {
  readonly format?: readonly string[];
  readonly out?: string;
  readonly baseline?: string;
  readonly results: string;
}

export async function reportCommand(
  { format, out, baseline, results }: ReportCommandOptions,
  [run = ""]: readonly string[],
): Promise<number> {
  const { file, result } = findResult(run, resolve(results));
  const before = baseline === undefined ? undefined : comparable(findResult(baseline, resolve(results)).result, result);
  for (const name of format ?? ["terminal"]) {
    if (name === "terminal") {
      print(renderTerminal(buildReport(result, before), terminalStyle()));
      continue;
    }
    const renderer = renderers[name];
    if (renderer === undefined)
      throw usageError(
        `unknown format "${name}"; did you mean ${closest(name, Object.keys(renderers))}?`,
        `formats: terminal, ${Object.keys(renderers).join(", ")}`,
      );
    const folder = out === undefined ? dirname(file) : resolve(out);
    await mkdir(folder, { recursive: true });
    for (const rendered of await renderer(result, before)) {
      const target = join(folder, rendered.name);
      await writeFileAtomic(target, typeof rendered.content === "string" ? rendered.content : Buffer.from(rendered.content));
      process.stderr.write(`${showPath(target)}\n`);
    }
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
