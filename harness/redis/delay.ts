/**
 * A Redis of a known latency: a process of ours that stands before a real one and holds each reply back for a fixed time. What a
 * service costs without Redis is then seen as what remains when Redis's share is known, and how much a network narrows the
 * gap between languages is measured instead of guessed.
 */
import { connect } from "node:net";
import { extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import getPort from "get-port";
import { ProcessGroup } from "../processes/group.ts";
import type { RedisServer, RedisStart } from "./source.ts";

// .ts under vitest and Node's type stripping, .js when compiled.
const program = fileURLToPath(new URL(`./delay-process${extname(import.meta.filename)}`, import.meta.url));

/** The server's own url goes on answering without delay, for the harness's work. */
export async function delayed(server: RedisServer, delayMs: number, { cpus, logFile, signal }: RedisStart): Promise<RedisServer> {
  const port = await getPort({ host: "127.0.0.1" });
  const { port: redisPort } = new URL(server.url);
  const group = await ProcessGroup.start({
    command: [process.execPath, program, String(port), redisPort || "6379", String(delayMs)],
    cwd: process.cwd(),
    env: process.env,
    logFile,
    cpus,
  });
  for (let attempt = 0; !(await listens(port)); attempt++) {
    if (group.exit !== null || attempt === 500 || signal.aborted) {
      await group[Symbol.asyncDispose]();
      signal.throwIfAborted();
      throw new Error(`the delay before Redis does not start: ${group.logTail(5).join(" | ")}`);
    }
    await sleep(10);
  }
  return { url: `redis://127.0.0.1:${port}`, exited: group.exited, [Symbol.asyncDispose]: () => group[Symbol.asyncDispose]() };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
