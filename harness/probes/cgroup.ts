/**
 * What the kernel counts for a container as a whole, children that ended included: cgroup v1 (Documentation/admin-guide/
 * cgroup-v1) and v2 (admin-guide/cgroup-v2.rst).
 */
import type { Containment } from "../core/containment.ts";
import type { HostFiles } from "./host-files.ts";

/** Paths of a control group's files. */
export interface Cgroup {
  readonly version: 1 | 2;
  readonly cpu: string;
  readonly cpuStat: string;
  readonly processes: string;
  readonly memoryPeak: string;
  readonly memoryEvents: string;
}

const root = "/sys/fs/cgroup";

/** From /proc/<pid>/cgroup; null where the memory controller is not named there. */
export function cgroupOf(procCgroup: string): Cgroup | null {
  const folders = new Map<string, string>();
  for (const line of procCgroup.trim().split("\n")) {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(",")) folders.set(controller, path);
  }
  const [memory, cpu, cpuacct] = [folders.get("memory"), folders.get("cpu"), folders.get("cpuacct")];
  if (memory !== undefined && cpu !== undefined && cpuacct !== undefined) {
    return {
      version: 1,
      cpu: `${root}/cpuacct${cpuacct}/cpuacct.usage`,
      cpuStat: `${root}/cpu${cpu}/cpu.stat`,
      processes: `${root}/memory${memory}/cgroup.procs`,
      memoryPeak: `${root}/memory${memory}/memory.max_usage_in_bytes`,
      memoryEvents: `${root}/memory${memory}/memory.oom_control`,
    };
  }
  const unified = folders.get("");
  // The root group has no limits of its own: a path "/" is not a container's.
  if (unified === undefined || unified === "/") return null;
  return {
    version: 2,
    cpu: `${root}${unified}/cpu.stat`,
    cpuStat: `${root}${unified}/cpu.stat`,
    processes: `${root}${unified}/cgroup.procs`,
    memoryPeak: `${root}${unified}/memory.peak`,
    memoryEvents: `${root}${unified}/memory.events`,
  };
}

/** Processor time used, s, in steps of a microsecond or less. */
export function parseCpuS(version: 1 | 2, text: string | null): number | null {
  if (version === 1) return text === null ? null : Number(text) / 1e9;
  const us = field(text, "usage_usec");
  return us === null ? null : us / 1e6;
}

export function parseProcesses(text: string | null): readonly number[] {
  return (text ?? "").split("\n").filter(Boolean).map(Number);
}

/** Null where none of it can be read: the group is gone, or out of sight. */
export function parseContainment(
  version: 1 | 2,
  { memoryPeak, memoryEvents, cpuStat }: Readonly<Record<"memoryPeak" | "memoryEvents" | "cpuStat", string | null>>,
): Containment | null {
  if (memoryPeak === null && memoryEvents === null && cpuStat === null) return null;
  const throttledNs = version === 1 ? field(cpuStat, "throttled_time") : scaled(field(cpuStat, "throttled_usec"), 1_000);
  return {
    // memory.peak came with Linux 5.19.
    memoryPeakBytes: memoryPeak === null ? null : Number(memoryPeak),
    oomKills: field(memoryEvents, "oom_kill"),
    throttledPeriods: field(cpuStat, "nr_throttled"),
    throttledS: scaled(throttledNs, 1e-9),
  };
}

export async function readContainment(files: HostFiles, group: Cgroup): Promise<Containment | null> {
  const [memoryPeak = null, memoryEvents = null, cpuStat = null] = await files.read([group.memoryPeak, group.memoryEvents, group.cpuStat]);
  return parseContainment(group.version, { memoryPeak, memoryEvents, cpuStat });
}

/** "oom_kill 3" in a file of such lines -> 3; null where there is no such line. */
function field(text: string | null, name: string): number | null {
  const value = text === null ? undefined : new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1];
  return value === undefined ? null : Number(value);
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}
