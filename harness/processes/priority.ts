/** Being served before other programs on the same processor. */
import { spawnSync } from "node:child_process";
import { constants, setPriority } from "node:os";
import { execa } from "execa";

/** Where the user may (root), this process goes first: others would make it late. */
export function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // Not allowed: what comes of it is measured, as lag.
  }
}

/**
 * Of Node's processes that may go real time. A process that goes before all else on its processor must not wait there for a thread of its
 * own that does not: with V8's collector threads, an agent was seen to turn in its event loop for a second, until Linux gave them the turn
 * that real-time programs leave.
 */
export const nodeOptions: readonly string[] = ["--single-threaded-gc"];

export const canGoRealTime = (): boolean => spawnSync("chrt", ["--fifo", "1", "true"]).status === 0;

/**
 * The first thread of a process, and threads that it starts from now on, before all others on the same processor (SCHED_FIFO), or as usual
 * again. Not those that it has: with all threads of an agent the 99th percentile of its lag rose from 200 us to 1,200 and more. By
 * util-linux's chrt, and where the user may (root).
 *
 * @returns whether it was done.
 */
export async function setRealTime(pid: number, wanted: boolean): Promise<boolean> {
  const policy = wanted ? ["--fifo", "--pid", "1"] : ["--other", "--pid", "0"];
  const { exitCode } = await execa("chrt", [...policy, String(pid)], { reject: false });
  return exitCode === 0;
}
