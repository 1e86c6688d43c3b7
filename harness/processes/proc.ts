/** What Linux's /proc tells of processes (proc(5)). Elsewhere the lists are empty. */
import { readFileSync, readdirSync } from "node:fs";

/** Clock ticks per second of /proc/<pid>/stat; 100 on every Linux that Node runs on (USER_HZ). */
const ticksPerS = 100;

interface ProcessStat {
  readonly session: number;
  readonly cpuS: number;
  readonly startTicks: number;
  readonly zombie: boolean;
}

/** Ids of all processes that can be seen. */
export function allProcesses(): readonly number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

export function processStat(pid: number): ProcessStat | null {
  const text = readProc(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name, in brackets, may hold spaces: the fields are counted from behind it; field 3 of proc(5) is fields[0].
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  return { session: field(6), cpuS: (field(14) + field(15)) / ticksPerS, startTicks: field(22), zombie: fields[0] === "Z" };
}

/** Live processes of a session, the children of children included. */
export function processesOfSession(session: number): readonly number[] {
  return allProcesses().filter((pid) => {
    const stat = processStat(pid);
    return stat !== null && stat.session === session && !stat.zombie;
  });
}

export function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** The text of a /proc file; null when it is gone or not ours to read. */
export function readProc(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
