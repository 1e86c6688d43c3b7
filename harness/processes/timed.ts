/** A program that is run to its end, and the processor time that it took. */
import { execa } from "execa";
import { pinned } from "./pinning.ts";

/** Processor time as the shell that waited for it tells, children included. What it says on stderr is dropped; rejects when it fails. */
export async function runTimed(
  command: readonly string[],
  cpus: readonly number[] | null,
  signal: AbortSignal,
): Promise<{ readonly stdout: string; readonly cpuS: number }> {
  const script = 'TIMEFORMAT="cpu %U %S"; time "$@" 2>/dev/null';
  const { stdout, stderr } = await execa("bash", ["-c", script, "bash", ...pinned(command, cpus)], { cancelSignal: signal });
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { stdout, cpuS: Number(user) + Number(system) };
}
