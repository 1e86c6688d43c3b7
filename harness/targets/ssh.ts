/** The target `ssh://user@host`: as docker, on the engine of another machine; the load comes from this one. */
import { openEngine } from "../containers/engine.ts";
import { openRemoteMachine } from "../containers/ssh.ts";
import type { HostFiles } from "../probes/host-files.ts";
import type { Host } from "../core/instances.ts";
import { dockerSource } from "../redis/docker.ts";
import { targetOn } from "./docker.ts";
import type { Target } from "./target.ts";

/** Throws a UserError (exit code 5): not to be reached, or no engine there. */
export async function openSshTarget(destination: string, memoryLimitBytes: number | null, signal: AbortSignal): Promise<Target> {
  const remote = await openRemoteMachine(destination, signal);
  try {
    const found = await openEngine(remote.engineAddress);
    // Whatever this machine is, the engine there is on its own network.
    const engine = { ...found, info: { ...found.info, network: "direct" as const } };
    const placement = {
      address: remote.address,
      files: remote.files,
      redisUrl: (url: string) => url.replace(`//127.0.0.1:${remote.redisPort.here}`, `//127.0.0.1:${remote.redisPort.server}`),
      freePort: async () => 30_000 + Math.floor(Math.random() * 2_000),
    };
    const target = targetOn(engine, placement, memoryLimitBytes);
    const { version, architecture, cpuCount } = engine.info;
    return {
      ...target,
      description: {
        ...target.description,
        kind: "ssh",
        sentence: `${target.description.sentence}; on another machine (${architecture}, ${cpuCount} processors), Redis too; the load crosses the network to it`,
      },
      host: await remoteHost(remote.files, version),
      elsewhere: { cpuCount },
      redisSource: dockerSource(
        async () => engine,
        async () => remote.redisPort,
      ),
      [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
    };
  } catch (error) {
    await remote[Symbol.asyncDispose]();
    throw error;
  }
}

async function remoteHost(files: HostFiles, fallback: string): Promise<Host> {
  const [cpuinfo = null, vendor = null] = await files.read(["/proc/cpuinfo", "/sys/class/dmi/id/sys_vendor"]);
  const name = /^model name\s*:\s*(.*)$/m.exec(cpuinfo ?? "")?.[1] ?? /^CPU part\s*:\s*(.*)$/m.exec(cpuinfo ?? "")?.[1];
  return { cpuModel: name ?? `a machine of Docker ${fallback}`, cpuinfo, vendor };
}
