/** The probe of a container: its control group on a machine whose files can be read, else what the engine counts. */
import type { RunningContainer } from "../containers/container.ts";
import { answered, type Engine } from "../containers/engine.ts";
import { type Cgroup, cgroupOf, parseProcesses } from "../probes/cgroup.ts";
import { type EngineStats, parseEngineStats } from "../probes/engine-stats.ts";
import { type HostFiles, localFiles } from "../probes/host-files.ts";
import { cgroupProbe, type ServiceProbe } from "../probes/service-probe.ts";
import { readProc } from "../processes/proc.ts";

interface ContainerProbe {
  readonly probe: ServiceProbe;
  /** Processes of this machine. */
  processes(): readonly number[];
}

export function containerProbe(engine: Engine, container: RunningContainer, files: HostFiles, port: number): ContainerProbe {
  let group: Cgroup | null = null;
  const chosen = findGroup(engine, container, files).then((found) => {
    group = found;
    return found === null ? statsProbe(engine, container) : cgroupProbe(files, found, port);
  });
  return {
    probe: {
      cpuSeconds: async () => (await chosen).cpuSeconds(),
      memory: async () => (await chosen).memory(),
      highWaterBytes: async () => (await chosen).highWaterBytes(),
      acceptedConnections: async () => (await chosen).acceptedConnections(),
      allowedCpus: async () => (await chosen).allowedCpus(),
      containment: async () => (await chosen).containment(),
    },
    processes: () => (group === null || files !== localFiles ? [] : parseProcesses(readProc(group.processes))),
  };
}

/** Null where the engine's process ids are not those of files we can read. */
async function findGroup({ docker }: Engine, container: RunningContainer, files: HostFiles): Promise<Cgroup | null> {
  try {
    await container.started;
    const { State } = await answered("inspecting a container", docker.getContainer(container.id).inspect());
    const [text = null] = State.Pid === 0 ? [] : await files.read([`/proc/${State.Pid}/cgroup`]);
    // An id of another pid namespace names somebody else's process here: the container's own group carries its id.
    return text?.includes(container.id) ? cgroupOf(text) : null;
  } catch {
    // Removed while it was looked for: whoever waits for it sees its end.
    return null;
  }
}

function statsProbe({ docker }: Engine, { id }: RunningContainer): ServiceProbe {
  const stats = async (): Promise<EngineStats | null> => {
    // "one-shot" leaves out a second reading a second later.
    const asked = docker
      .getContainer(id)
      .stats({ stream: false, "one-shot": true })
      .catch(() => null);
    return parseEngineStats(await answered("a container's counts", asked));
  };
  return {
    cpuSeconds: async () => (await stats())?.cpuS ?? null,
    memory: async () => {
      const bytes = (await stats())?.memoryBytes ?? null;
      return { rssBytes: bytes ?? 0, pssBytes: null, processes: bytes === null ? 0 : 1 };
    },
    highWaterBytes: async () => null,
    acceptedConnections: async () => null,
    allowedCpus: async () => null,
    containment: async () => (await stats())?.containment ?? null,
  };
}
