/** Launches a built service on this machine, as a process tree of its own. */
import getPort from "get-port";
import type { Manifest } from "../core/implementation.ts";
import { processProbe } from "../probes/service-probe.ts";
import { ProcessGroup } from "../processes/group.ts";
import type { Build } from "./build.ts";
import type { Launch, Launchable, Service } from "./service.ts";

/** All of the harness's own environment that a service sees. */
const inherited = ["PATH", "HOME", "LANG", "TZ", "TMPDIR"] as const;

export function processTarget(manifest: Manifest, { resolve, folder }: Build): Launchable {
  const command = manifest.run.command.map(resolve);
  return { id: manifest.id, launch: (options) => launchProcess(command, folder, options) };
}

async function launchProcess(command: readonly string[], cwd: string, { settings, cpus, logFile, signal }: Launch): Promise<Service> {
  signal.throwIfAborted();
  const port = await getPort({ host: "127.0.0.1" });
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
    HOST: "127.0.0.1",
    PORT: String(port),
    REDIS_URL: settings.redisUrl,
    WORKERS: String(settings.workers),
    L1_MAX_BYTES: String(settings.l1MaxBytes),
    ...settings.extra,
  };
  const group = await ProcessGroup.start({ command, cwd, env, logFile, cpus });
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    startedAtMs: group.executedAtMs,
    processes: () => group.processes(),
    probe: processProbe(() => group.processes(), port),
    exited: group.exited,
    get exit() {
      return group.exit;
    },
    logTail: (lines) => group.logTail(lines),
    signal: (name) => group.signal(name),
    [Symbol.asyncDispose]: () => group[Symbol.asyncDispose](),
  };
}
