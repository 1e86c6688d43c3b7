/** Chooses the Redis of a run: what --redis says; else an executable on PATH; else the embedded one. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { usageError } from "../errors.ts";
import { onPath } from "../processes/pinning.ts";
import { embeddedName, embeddedServer } from "./embedded.ts";
import { executableSource } from "./executable.ts";
import type { RedisSource } from "./source.ts";
import { urlSource } from "./url.ts";

export const serverNames = ["redis-server", "valkey-server"] as const;

/** `choice`: a redis:// URL, the path of an executable, "docker", "embedded", or undefined for the first that is there. */
export async function resolveRedis(choice: string | undefined, signal: AbortSignal): Promise<RedisSource> {
  if (choice === undefined) {
    const found = serverNames.map((name) => ({ name, path: onPath(name) })).find(({ path }) => path !== null);
    if (found?.path) return executableSource(`${found.name} on PATH`, found.path);
    return executableSource(embeddedName, await embeddedServer(signal));
  }
  if (choice === "embedded") return executableSource(embeddedName, await embeddedServer(signal));
  if (choice === "docker") return (await import("./docker.ts")).dockerSource();
  if (/^rediss?:\/\//.test(choice)) return urlSource(choice);
  if (existsSync(choice)) return executableSource("executable given by --redis", resolve(choice));
  throw usageError(
    `--redis ${choice}: neither a redis:// URL nor a file`,
    "give redis://HOST:PORT, the path of a redis-server, docker, or embedded",
  );
}
