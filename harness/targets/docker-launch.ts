/** Launches a built image, hardened and pinned, as a service of a trial. */
import getPort from "get-port";
import { type Network, startContainer } from "../containers/container.ts";
import type { Engine } from "../containers/engine.ts";
import { type HostFiles, localFiles } from "../probes/host-files.ts";
import { containerProbe } from "./docker-probe.ts";
import type { Launch, Launchable, Service } from "./service.ts";

/** How services on an engine are reached, and where their machine's files are read. */
export interface Placement {
  /** The address that the service listens on, on the engine's own network; null: behind a port of this machine. */
  readonly address: string | null;
  readonly files: HostFiles;
  /** The Redis of this machine as the service sees it. */
  readonly redisUrl: (url: string) => string;
  readonly freePort: () => Promise<number>;
}

/** On an engine of this machine: the host's network where that is this machine's, else a port behind the engine's proxy. */
export function localPlacement({ info }: Engine): Placement {
  const direct = info.network === "direct";
  return {
    address: direct ? "127.0.0.1" : null,
    files: localFiles,
    redisUrl: (url) => (direct ? url : url.replace("//127.0.0.1:", "//host.docker.internal:")),
    freePort: () => getPort({ host: "127.0.0.1" }),
  };
}

const insidePort = 8080;

export function containerLaunchable(
  engine: Engine,
  { id, imageId, memoryBytes }: { id: string; imageId: string; memoryBytes: number },
  placement: Placement,
): Launchable {
  return { id, launch: (options) => launch(engine, imageId, memoryBytes, placement, options) };
}

async function launch(
  engine: Engine,
  imageId: string,
  memoryBytes: number,
  placement: Placement,
  { settings, cpus, logFile, signal }: Launch,
): Promise<Service> {
  signal.throwIfAborted();
  const port = await placement.freePort();
  const { address } = placement;
  const network: Network = address === null ? { kind: "published", containerPort: insidePort, hostPort: port } : { kind: "host" };
  const env = {
    HOST: address ?? "0.0.0.0",
    PORT: String(address === null ? insidePort : port),
    REDIS_URL: placement.redisUrl(settings.redisUrl),
    WORKERS: String(settings.workers),
    L1_MAX_BYTES: String(settings.l1MaxBytes),
    ...settings.extra,
  };
  const container = await startContainer(engine, { imageId, env, network, cpus, memoryBytes, logFile });
  const { probe, processes } = containerProbe(engine, container, placement.files, port);
  return {
    origin: `http://${address ?? "127.0.0.1"}:${port}`,
    port,
    startedAtMs: container.createdAtMs,
    processes,
    probe,
    exited: container.exited,
    get exit() {
      return container.exit;
    },
    logTail: (lines) => container.logTail(lines),
    signal: (name) => container.signal(name),
    [Symbol.asyncDispose]: () => container[Symbol.asyncDispose](),
  };
}
