/** The image redis:7.2 on a Docker engine, in a hardened container, reached by 127.0.0.1 alone. */
import { totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { type RunningContainer, startContainer } from "../containers/container.ts";
import { type Engine, openEngine } from "../containers/engine.ts";
import { ensureImage } from "../containers/images.ts";
import { environmentError } from "../errors.ts";
import { ping } from "./admin.ts";
import { serverSettings } from "./server-settings.ts";
import type { RedisServer, RedisSource, RedisStart } from "./source.ts";

export const redisImage = "redis:7.2";

/** Where a Redis on an engine listens, and how this machine reaches it. */
export interface RedisPort {
  readonly server: number;
  readonly here: number;
}

const freePort = async (): Promise<RedisPort> => {
  const port = await getPort({ host: "127.0.0.1" });
  return { server: port, here: port };
};

export function dockerSource(open: () => Promise<Engine> = openEngine, port: () => Promise<RedisPort> = freePort): RedisSource {
  return { name: `docker image ${redisImage}`, start: async (options) => startRedis(await open(), await port(), options) };
}

async function startRedis(engine: Engine, { server, here }: RedisPort, { cpus, logFile, signal }: RedisStart): Promise<RedisServer> {
  const imageId = await ensureImage(engine.docker, redisImage, logFile, signal);
  // Behind the engine's proxy it must listen on the container's own address; only the proxy's end is on this machine.
  const direct = engine.info.network === "direct";
  const open = direct ? [] : ["--bind", "0.0.0.0", "--protected-mode", "no"];
  const container = await startContainer(engine, {
    imageId,
    entrypoint: ["redis-server"],
    command: [...serverSettings(server), ...open, "--dir", "/tmp"],
    env: {},
    network: direct ? { kind: "host" } : { kind: "published", containerPort: server, hostPort: here },
    cpus,
    memoryBytes: Math.floor(Math.min(totalmem(), engine.info.memoryBytes) / 2),
    logFile,
  });
  try {
    const url = `redis://127.0.0.1:${here}`;
    await untilReady(url, container, signal);
    return { url, exited: container.exited, [Symbol.asyncDispose]: () => container[Symbol.asyncDispose]() };
  } catch (error) {
    await container[Symbol.asyncDispose]();
    throw error;
  }
}

async function untilReady(url: string, container: RunningContainer, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (container.exit === null && performance.now() < deadline) {
    signal.throwIfAborted();
    if (await ping(url)) return;
    await sleep(10);
  }
  const why = container.exit === null ? "it does not answer within 30 s" : (container.exit.why ?? container.logTail(3).join(" | "));
  throw environmentError(`${redisImage} does not start: ${why}`, "look at its log in the run's folder, or choose another --redis");
}
