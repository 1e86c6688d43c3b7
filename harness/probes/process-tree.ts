/** Processor time and memory of a process tree, from /proc (proc(5)). */
import { parseCpuList } from "../processes/pinning.ts";
import { processStat, readProc, threadsOf } from "../processes/proc.ts";

/** User and system time of live processes so far, s (steps of 10 ms); null where none can be read. */
export function cpuSeconds(pids: readonly number[]): number | null {
  const stats = pids.map(processStat).filter((stat) => stat !== null);
  return stats.length === 0 ? null : stats.reduce((total, { cpuS }) => total + cpuS, 0);
}

export interface Memory {
  readonly rssBytes: number;
  /** Null where the kernel does not give smaps_rollup. */
  readonly pssBytes: number | null;
  readonly processes: number;
}

export function memoryOf(pids: readonly number[]): Memory {
  return memoryFrom(
    pids.map((pid) => readProc(statusFile(pid))),
    pids.map((pid) => readProc(rollupFile(pid))),
  );
}

/** The kernel's own high-water mark of each process, summed, bytes; null where it is not given. */
export function highWaterBytes(pids: readonly number[]): number | null {
  return highWaterFrom(pids.map((pid) => readProc(statusFile(pid))));
}

/** Processors that any thread of these processes may use; null where none can be read. A thread may have left its process's. */
export function allowedCpus(pids: readonly number[]): readonly number[] | null {
  const texts = pids.flatMap((pid) => threadsOf(pid).map((thread) => readProc(`/proc/${pid}/task/${thread}/status`)));
  const lists = texts.flatMap((text) => /^Cpus_allowed_list:\s*(\S+)/m.exec(text ?? "")?.[1] ?? []);
  return lists.length === 0 ? null : [...new Set(lists.flatMap(parseCpuList))].toSorted((a, b) => a - b);
}

export const statusFile = (pid: number): string => `/proc/${pid}/status`;
export const rollupFile = (pid: number): string => `/proc/${pid}/smaps_rollup`;

type Text = string | null;

/** From the status and the smaps_rollup of each process; null is one that ended or is not ours to read. */
export function memoryFrom(statuses: readonly Text[], rollups: readonly Text[]): Memory {
  const pss = rollups.filter((text) => text !== null).map((text) => kilobytes(text, "Pss"));
  return {
    rssBytes: total(statuses.map((text) => (text === null ? 0 : (kilobytes(text, "VmRSS") ?? 0)))),
    pssBytes: pss.length === 0 ? null : total(pss.map((value) => value ?? 0)),
    processes: statuses.length,
  };
}

export function highWaterFrom(statuses: readonly Text[]): number | null {
  const marks = statuses.filter((text) => text !== null).map((text) => kilobytes(text, "VmHWM"));
  return marks.length === 0 || marks.includes(null) ? null : total(marks.map((mark) => mark ?? 0));
}

/** "VmRSS:   1234 kB" -> bytes. */
function kilobytes(text: string, field: string): number | null {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text);
  return match === null ? null : Number(match[1]) * 1024;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
