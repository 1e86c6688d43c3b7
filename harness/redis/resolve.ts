/** Chooses the Redis of a run: what --redis says; else an executable on PATH; else the embedded one. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { usageError } from "../errors.ts";
import { onPath } from "../processes/pinning.ts";
import { isRedisUrl } from "./client.ts";
import { clusterSource } from "./cluster.ts";
import { embeddedName, embeddedServer } from "./embedded.ts";
import { executableSource } from "./executable.ts";
import type { RedisSource } from "./source.ts";
import { urlSource } from "./url.ts";

export const serverNames = ["redis-server", "valkey-server"] as const;

/** `choice`: a URL, the path of an executable, "docker", "embedded", "cluster", or undefined for the first that is there. */
export async function resolveRedis(choice: string | undefined, signal: AbortSignal): Promise<RedisSource> {
  if (choice === undefined || choice === "cluster") {
    const { name, executable } = await findServer(signal);
    return (choice === "cluster" ? clusterSource : executableSource)(name, executable);
  }
  if (choice === "embedded") return executableSource(embeddedName, await embeddedServer(signal));
  if (choice === "docker") return (await import("./docker.ts")).dockerSource();
  if (isRedisUrl(choice)) return urlSource(choice);
  if (existsSync(choice)) return executableSource("executable given by --redis", resolve(choice));
  throw usageError(
    `--redis ${choice}: neither a redis:// URL nor a file`,
    "give redis://HOST:PORT, the path of a redis-server, docker, embedded, or cluster",
  );
}

async function findServer(signal: AbortSignal): Promise<{ name: string; executable: string }> {
  for (const name of serverNames) {
    const executable = onPath(name);
    if (executable !== null) return { name: `${name} on PATH`, executable };
  }
  return { name: embeddedName, executable: await embeddedServer(signal) };
}
