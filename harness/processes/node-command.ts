/** How a module of ours is started as a process of its own. */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeOptions } from "./priority.ts";

/** @param module without its ending: .ts under Node's type stripping, .js when compiled. */
export function nodeCommand(module: URL, ...args: readonly string[]): readonly string[] {
  return [process.execPath, ...nodeOptions, `${fileURLToPath(module)}${extname(import.meta.filename)}`, ...args];
}
