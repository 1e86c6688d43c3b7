/** <results>/baselines/<machine>/<commit>.json: the history of figures, committed with the code. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { type Baseline, baselineSchema } from "../core/baseline.ts";
import { readJsonFile } from "./json-file.ts";

/** Gives the file's path; a run of the same commit on the same kind of machine takes the place of the one before. */
export async function writeBaseline(resultsFolder: string, baseline: Baseline): Promise<string> {
  const folder = join(resultsFolder, "baselines", baseline.machine);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${baseline.commit}.json`);
  await writeFileAtomic(file, `${JSON.stringify(baseline)}\n`);
  return file;
}

/** Oldest first. Throws a UserError where a file is not a baseline. */
export function readBaselines(resultsFolder: string): readonly Baseline[] {
  const root = join(resultsFolder, "baselines");
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => readJsonFile(join(root, name), baselineSchema))
    .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
}
