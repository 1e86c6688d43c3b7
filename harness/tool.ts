/** Which cache-bench this is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "./paths.ts";

export const toolVersion = (JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string }).version;

/** The commit of a clone ("+" when it has changes), null for the installed package. */
export async function toolIdentity(): Promise<{ version: string; commit: string | null }> {
  const git = (...args: string[]): Promise<{ stdout?: string; exitCode?: number }> =>
    execa("git", args, { cwd: packageRoot, reject: false });
  const top = await git("rev-parse", "--show-prefix");
  // In a dependency's folder inside somebody else's repository, the commit would be theirs.
  if (top.exitCode !== 0 || top.stdout !== "") return { version: toolVersion, commit: null };
  const head = await git("rev-parse", "--short=12", "HEAD");
  const changed = (await git("status", "--porcelain")).stdout !== "";
  return { version: toolVersion, commit: head.exitCode === 0 ? `${head.stdout}${changed ? "+" : ""}` : null };
}
