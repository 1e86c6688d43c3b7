/** Is an implementation's toolchain here, and which version? */
import { execa } from "execa";
import type { Manifest } from "../core/implementation.ts";
import { parseVersion, satisfiesMinimum } from "../core/version.ts";

export type ToolchainResult =
  /** `command` is the word that {toolchain} stands for. */
  | { readonly kind: "found"; readonly command: string; readonly version: string }
  | { readonly kind: "missing"; readonly reason: string; readonly cure: string };

/**
 * Tries the manifest's probes in order and takes the first whose version is in range. Where Node is wanted, the one that
 * runs this program will do too: a clone brings its own, which is newer than many a machine's.
 */
export async function findToolchain({ toolchain }: Manifest): Promise<ToolchainResult> {
  const seen: string[] = [];
  const probes = toolchain.probes.flatMap(([command = "", ...args]) => [
    [command, ...args],
    ...(command === "node" ? [[process.execPath, ...args]] : []),
  ]);
  for (const [command = "", ...args] of probes) {
    const { stdout, stderr, exitCode } = await execa(command, args, { reject: false, stdin: "ignore", timeout: 20_000 });
    const version = exitCode === 0 ? parseVersion(`${stdout}\n${stderr}`) : null;
    if (version === null) continue;
    if (satisfiesMinimum(version, toolchain.range)) return { kind: "found", command, version };
    seen.push(`${command} is ${version}`);
  }
  const reason =
    seen.length === 0 ? `${toolchain.name} is not installed` : `${toolchain.name} ${toolchain.range} is needed, but ${seen.join(" and ")}`;
  return { kind: "missing", reason, cure: `install ${toolchain.name} ${toolchain.range}: ${toolchain.install}` };
}
