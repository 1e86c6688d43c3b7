/** `cache-bench report`: a finished run, rendered again, offline. */
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { closest } from "fastest-levenshtein";
import writeFileAtomic from "write-file-atomic";
import { buildReport } from "../../report/model.ts";
import { renderers } from "../../report/renderers.ts";
import { renderTerminal } from "../../report/terminal.ts";
import { exitCodes, usageError } from "../errors.ts";
import { showPath } from "../store/json-file.ts";
import { findResult } from "../store/run-folder.ts";
import { print, terminalStyle } from "./output.ts";

export interface ReportCommandOptions {
  readonly format?: readonly string[];
  readonly out?: string;
  readonly results: string;
}

export async function reportCommand({ format, out, results }: ReportCommandOptions, [run = ""]: readonly string[]): Promise<number> {
  const { file, result } = findResult(run, resolve(results));
  for (const name of format ?? ["terminal"]) {
    if (name === "terminal") {
      print(renderTerminal(buildReport(result), terminalStyle()));
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
    const target = join(folder, renderer.fileName);
    await writeFileAtomic(target, await renderer.render(result));
    process.stderr.write(`${showPath(target)}\n`);
  }
  return exitCodes.done;
}
