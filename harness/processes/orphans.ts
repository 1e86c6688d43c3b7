/**
 * Processes carry the mark of the harness that started them, in their environment: process id and start time. The
 * next start ends those whose harness is gone, and no others.
 */
import { readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { allProcesses, processStat, readProc } from "./proc.ts";

export const ownerVariable = "CACHE_BENCH_OWNER";

/** Names one process for good: ids are used again, an id with its start time is not. */
export function processMark(pid: number): string {
  return `${pid}:${processStat(pid)?.startTicks ?? 0}`;
}

export function ownerMark(): string {
  return processMark(process.pid);
}

/** Is the process that a mark names still alive? */
export function isAlive(mark: string): boolean {
  const [pid = 0, startTicks = 0] = mark.split(":").map(Number);
  const stat = processStat(pid);
  if (stat !== null) return stat.startTicks === startTicks && !stat.zombie;
  if (process.platform === "linux") return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Ids in the mark of a process in a container mean nothing here: its harness lives in there with it. */
export function findOrphans(): readonly number[] {
  const here = pidNamespace("self");
  return allProcesses().filter((pid) => {
    const mark = markOf(pid);
    return mark !== null && pidNamespace(pid) === here && !isAlive(mark);
  });
}

/** As in pid:[4026531836]; empty where there are none, and for a process that ended. */
export function pidNamespace(pid: number | "self"): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return "";
  }
}

/** Ends what killed harnesses left behind; tells how many processes those were. */
export async function endOrphans(): Promise<number> {
  const orphans = findOrphans();
  for (const pid of orphans) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended on its own.
    }
  }
  for (let attempt = 0; attempt < 100 && findOrphans().length > 0; attempt++) await sleep(20);
  return orphans.length;
}

function markOf(pid: number): string | null {
  const environment = readProc(`/proc/${pid}/environ`);
  const entry = environment?.split("\0").find((variable) => variable.startsWith(`${ownerVariable}=`));
  return entry === undefined ? null : entry.slice(ownerVariable.length + 1);
}
