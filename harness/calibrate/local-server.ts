/** A small server of ours in a process of its own, pinned, and waited for until it answers. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { ProcessGroup } from "../processes/group.ts";

export interface LocalServer extends AsyncDisposable {
  readonly origin: string;
  /** Live processes. */
  processes(): readonly number[];
}

export interface LocalServerOptions {
  /** The processors of each of its processes; null: any. */
  readonly cpus: readonly (readonly number[] | null)[];
  readonly signal: AbortSignal;
}

/** `command` is made for each process, from the port and a folder that lives as long as the server. */
export async function startLocalServer(
  command: (port: number, folder: string) => readonly string[] | Promise<readonly string[]>,
  { cpus, signal }: LocalServerOptions,
): Promise<LocalServer> {
  signal.throwIfAborted();
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "cache-bench-server-"));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await getPort({ host: "127.0.0.1" });
  const origin = `http://127.0.0.1:${port}`;
  const groups: ProcessGroup[] = [];
  for (const own of cpus) {
    const process_ = { command: await command(port, folder), cwd: folder, env: process.env, logFile: join(folder, "log"), cpus: own };
    const group = resources.use(await ProcessGroup.start(process_));
    groups.push(group);
    await untilAnswers(origin, group, signal);
  }
  const owned = resources.move();
  return { origin, processes: () => groups.flatMap((group) => group.processes()), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function untilAnswers(origin: string, group: ProcessGroup, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    signal.throwIfAborted();
    if (group.exit !== null) break;
    const answered = await fetch(`${origin}/log`).then(
      (answer) => answer.arrayBuffer().then(() => answer.ok),
      () => false,
    );
    if (answered) return;
    await sleep(20);
  }
  throw new Error(`a server of the calibration does not answer: ${group.logTail().join("\n")}`);
}
