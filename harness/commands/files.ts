/** The files that --format and --out ask for. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { closest } from "fastest-levenshtein";
import writeFileAtomic from "write-file-atomic";
import type { ReportFile } from "../../report/renderers.ts";
import { usageError } from "../errors.ts";
import { showPath } from "../store/json-file.ts";

/** Throws a UserError where a format is not among those known. */
export function checkFormats(wanted: readonly string[], known: readonly string[]): void {
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw usageError(`unknown format "${unknown}"; did you mean ${closest(unknown, [...known])}?`, `formats: ${known.join(", ")}`);
}

/** Writes them, and says where they are. */
export async function writeFiles(folder: string, files: readonly ReportFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, content } of files) {
    const target = join(folder, name);
    await writeFileAtomic(target, typeof content === "string" ? content : Buffer.from(content));
    process.stderr.write(`${showPath(target)}\n`);
  }
}
