/** The scripts that a report carries: Chart.js with its plugins, and our own. */
import { readFile } from "node:fs/promises";
import { createRequire, stripTypeScriptTypes } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** Chart.js first: the plugins register themselves with it. */
const libraries: readonly (readonly [packageName: string, file: string])[] = [
  ["chart.js", "chart.umd.min.js"],
  ["chartjs-chart-error-bars", "index.umd.min.js"],
  ["@sgratzl/chartjs-chart-boxplot", "index.umd.min.js"],
];

/**
 * In the order of their imports, the imported first. What draws, computes a bill or writes CSV in the page is the same
 * file that does it outside. They become one script with one scope, so no two of them may use the same name at their top.
 */
const clientFiles: readonly string[] = [
  "../../harness/core/cost",
  "../../harness/core/metrics",
  "../charts/draw/theme",
  "../charts/draw/bars",
  "../charts/draw/latency",
  "../charts/draw/memory",
  "../charts/draw/cold-start",
  "../charts/draw/all",
  "../cost-lines",
  "../csv",
  "client/page-theme",
  "client/cost",
  "client/downloads",
  "client/main",
];

export async function scripts(): Promise<readonly string[]> {
  const [library, own] = await Promise.all([Promise.all(libraries.map(readLibrary)), clientScript()]);
  return [...library, own].map(inlineable);
}

async function readLibrary([packageName, file]: readonly [string, string]): Promise<string> {
  const source = await readFile(path.join(path.dirname(require.resolve(packageName)), file), "utf8");
  return source.replace(/^\/\/# sourceMappingURL=.*$/m, "");
}

/** All as one script: modules import nothing from a page that opens from disk. */
async function clientScript(): Promise<string> {
  const sources = await Promise.all(clientFiles.map(readClient));
  return `(() => {\n"use strict";\n${sources.map(withoutModules).join("\n")}\n})();`;
}

/** The compiled package holds .js, a clone that runs from source .ts. */
async function readClient(name: string): Promise<string> {
  const extension = path.extname(new URL(import.meta.url).pathname);
  const source = await readFile(new URL(`${name}${extension}`, import.meta.url), "utf8");
  return extension === ".ts" ? stripTypeScriptTypes(source) : source;
}

function withoutModules(source: string): string {
  return source
    .replace(/^import\s[^;]*;$/gm, "")
    .replace(/^export\s*\{\s*\};?$/gm, "")
    .replace(/^export (?=const|function|class|async)/gm, "");
}

/** What would end the script element early has no place in it, and its hash must hold for what the browser reads. */
function inlineable(source: string): string {
  const script = source.replaceAll("\r\n", "\n").trim();
  if (/<\/script|<!--/i.test(script)) throw new Error("a script of the report holds </script or <!--, and cannot be inlined");
  return script;
}
