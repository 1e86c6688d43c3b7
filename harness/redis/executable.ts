/** A Redis or Valkey executable, started anew for every trial: a free port on 127.0.0.1, no persistence, nothing shared. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { environmentError } from "../errors.ts";
import { ProcessGroup } from "../processes/group.ts";
import { ping } from "./admin.ts";
import { serverSettings } from "./server-settings.ts";
import type { RedisServer, RedisSource, RedisStart } from "./source.ts";

export function executableSource(name: string, executable: string): RedisSource {
  return { name, start: (options) => startExecutable(executable, options) };
}

/**
 * With a title of its own a server would write over its environment, and nobody could see whose it is when its harness was killed. Redis 6.0 and
 * older know no such setting, and do not start with it.
 */
const untitled = ["--set-proc-title", "no"];

/** `more`: settings beside the usual ones, made anew for each attempt. */
export async function startExecutable(
  executable: string,
  { cpus, logFile, signal }: RedisStart,
  more: () => Promise<readonly string[]> = async () => [],
): Promise<RedisServer> {
  let title = untitled;
  // A free port can be taken by somebody else before the server binds it: then it ends, and another is tried.
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const port = await getPort({ host: "127.0.0.1" });
    const folder = await mkdtemp(join(tmpdir(), "cache-bench-redis-"));
    const group = await ProcessGroup.start({
      command: [executable, ...serverSettings(port), ...title, ...(await more()), "--dir", folder],
      cwd: folder,
      env: { PATH: process.env["PATH"] },
      logFile,
      cpus,
    });
    const stop = async (): Promise<void> => {
      await group[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    };
    const url = `redis://127.0.0.1:${port}`;
    try {
      if (await becomesReady(url, group, signal)) return { url, exited: group.exited, [Symbol.asyncDispose]: stop };
    } catch (error) {
      await stop();
      throw error;
    }
    const tail = group.logTail(3).join(" | ");
    await stop();
    if (tail.includes("set-proc-title")) title = [];
    if (attempt === 3)
      throw environmentError(`${executable} does not start: ${tail}`, "run it by hand to see why, or choose another with --redis");
  }
}

async function becomesReady(url: string, group: ProcessGroup, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 0; attempt < 500 && group.exit === null; attempt++) {
    signal.throwIfAborted();
    if (await ping(url)) return true;
    await sleep(10);
  }
  return false;
}
