/** Where things are: the package's own files, the user's cache folder, the results. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The folder of package.json: the same from source and from dist/. */
export const packageRoot = findPackageRoot(import.meta.dirname);

/** Builds, compiler caches, the embedded Redis-compatible server and calibrations; never inside the package. */
export function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cache-bench");
}

function findPackageRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${start}`);
  }
}
