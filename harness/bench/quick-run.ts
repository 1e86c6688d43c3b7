/** A run of `quick` as a user starts it. */
import { join } from "node:path";
import { execa } from "execa";
import { type Result, resultSchema } from "../core/result.ts";
import { packageRoot } from "../paths.ts";

/** What `npx cache-bench` starts. */
export const launcher = join(packageRoot, "harness", "launch.js");

/** On processes, not containers: a run with an engine beside it is then the same run. Its results are kept in `out`. */
export async function quickRun(out: string, implementations?: readonly string[]): Promise<Result> {
  const chosen = implementations === undefined ? [] : ["--implementations", implementations.join(",")];
  const args = ["run", "--target", "process", ...chosen, "--out", out, "--json"];
  const { stdout } = await execa(process.execPath, [launcher, ...args], { stderr: "inherit" });
  return resultSchema.parse(JSON.parse(stdout));
}
