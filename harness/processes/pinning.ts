/** Pinning by util-linux's taskset, where it is there; the topology says whether it is. */
import { accessSync, constants, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";

/** Full path of a program on PATH, or null. */
export function onPath(program: string, path = process.env["PATH"] ?? ""): string | null {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

export function canPin(): boolean {
  return process.platform === "linux" && onPath("taskset") !== null;
}

/** The command, pinned to processors where that is possible. */
export function pinned(command: readonly string[], cpuIds: readonly number[] | null): readonly string[] {
  return cpuIds === null || !canPin() ? command : ["taskset", "-c", cpuIds.join(","), ...command];
}

/** Processors this process may use. */
export function usableCpus(): readonly number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (list !== undefined) return parseCpuList(list);
  } catch {
    // Not Linux.
  }
  return cpus().map((_, index) => index);
}

/** "0-2,5" -> [0, 1, 2, 5] */
export function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Moves this process, all its threads, onto these processors; children started without a pin inherit it. */
export async function pinSelf(cpuIds: readonly number[]): Promise<void> {
  await execa("taskset", ["-a", "-c", "-p", cpuIds.join(","), String(process.pid)]);
}
