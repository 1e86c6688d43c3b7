/** This machine, without anything that names its owner. */
import { cpus, totalmem, type as osType, release } from "node:os";
import type { Host } from "../core/instances.ts";
import type { Machine } from "../core/result.ts";
import { canKeepAwake } from "../processes/awake.ts";
import { canGoRealTime } from "../processes/priority.ts";
import { readProc } from "../processes/proc.ts";
import { usableCpus } from "../processes/pinning.ts";

export function describeMachine(): Machine {
  const distribution = /^PRETTY_NAME="?([^"\n]*)/m.exec(readProc("/etc/os-release") ?? "")?.[1];
  return {
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    architecture: process.arch,
    usableCpus: [...usableCpus()],
    memoryBytes: totalmem(),
    os: distribution ?? osType(),
    kernel: release(),
    node: process.version,
    governor: readProc("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")?.trim() ?? null,
    keptAwake: canKeepAwake(),
    realTimeAgents: canGoRealTime(),
  };
}

/** As far as this machine tells which cloud instance it is. */
export function describeHost(): Host {
  return {
    cpuModel: describeMachine().cpuModel,
    cpuinfo: readProc("/proc/cpuinfo"),
    vendor: readProc("/sys/class/dmi/id/sys_vendor"),
  };
}
