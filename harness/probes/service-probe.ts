/** What is read of a running service from outside: the same figures wherever it runs. */
import type { Containment } from "../core/containment.ts";
import { acceptedConnections, acceptedFrom, connectionsFile } from "./accepted-connections.ts";
import { type Cgroup, parseCpuS, parseProcesses, readContainment } from "./cgroup.ts";
import type { HostFiles } from "./host-files.ts";
import {
  allowedCpus,
  cpuSeconds,
  highWaterBytes,
  highWaterFrom,
  type Memory,
  memoryFrom,
  memoryOf,
  rollupFile,
  statusFile,
} from "./process-tree.ts";

export interface ServiceProbe {
  /** Processor time so far, s; null where it cannot be read. */
  cpuSeconds(): Promise<number | null>;
  memory(): Promise<Memory>;
  highWaterBytes(): Promise<number | null>;
  acceptedConnections(): Promise<number | null>;
  /** Processors that its threads may use. Null where that cannot be read, or where the engine's cpuset lets none of them leave. */
  allowedCpus(): Promise<readonly number[] | null>;
  /** Null for a service that is not contained. */
  containment(): Promise<Containment | null>;
}

/** A process tree of this machine. */
export function processProbe(processes: () => readonly number[], port: number): ServiceProbe {
  return {
    cpuSeconds: async () => cpuSeconds(processes()),
    memory: async () => memoryOf(processes()),
    highWaterBytes: async () => highWaterBytes(processes()),
    acceptedConnections: async () => acceptedConnections(port),
    allowedCpus: async () => allowedCpus(processes()),
    containment: async () => null,
  };
}

/** A container on a machine whose files can be read: processor time from its control group, memory from its processes. */
export function cgroupProbe(files: HostFiles, group: Cgroup, port: number): ServiceProbe {
  const readOne = async (path: string): Promise<string | null> => (await files.read([path]))[0] ?? null;
  const processes = async (): Promise<readonly number[]> => parseProcesses(await readOne(group.processes));
  return {
    cpuSeconds: async () => parseCpuS(group.version, await readOne(group.cpu)),
    async memory() {
      const pids = await processes();
      const texts = await files.read([...pids.map(statusFile), ...pids.map(rollupFile)]);
      return memoryFrom(texts.slice(0, pids.length), texts.slice(pids.length));
    },
    highWaterBytes: async () => highWaterFrom(await files.read((await processes()).map(statusFile))),
    acceptedConnections: async () => acceptedFrom(await readOne(connectionsFile), port),
    allowedCpus: async () => null,
    containment: () => readContainment(files, group),
  };
}
