/** Another machine over ssh: its Docker engine's socket and one port of its loopback, forwarded here, and its files. */
import { lookup } from "node:dns/promises";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import getPort from "get-port";
import { environmentError, messageOf, usageError } from "../errors.ts";
import { ProcessGroup } from "../processes/group.ts";
import type { HostFiles } from "../probes/host-files.ts";
import type { RedisPort } from "../redis/docker.ts";

export interface RemoteMachine extends AsyncDisposable {
  /** Of the forwarded socket of its engine, as in unix:///tmp/x/docker.sock. */
  readonly engineAddress: string;
  /** Its address on the network, which services listen on. */
  readonly address: string;
  readonly redisPort: RedisPort;
  readonly files: HostFiles;
}

/** Never asks anything, never talks to a machine whose key is not known, and notices within 15 s that it is gone. */
const options = [
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  "ServerAliveInterval=5",
  "ServerAliveCountMax=3",
  "ConnectTimeout=10",
  "ExitOnForwardFailure=yes",
].flatMap((option) => ["-o", option]);

const remoteSocket = "/var/run/docker.sock";
const connectLimitMs = 30_000;
const readLimitMs = 10_000;

/** "ssh://user@host:22" -> what ssh takes. Throws a UserError for anything else. */
export function parseSshTarget(text: string): readonly string[] {
  const [, user, host, port] = /^ssh:\/\/(?:([\w.-]+)@)?([A-Za-z0-9][\w.-]*)(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  if (host === undefined)
    throw usageError(`--target ${text} is not an ssh:// address`, "give it as in ssh://user@host or ssh://user@host:22");
  return [...(port === undefined ? [] : ["-p", port]), user === undefined ? host : `${user}@${host}`];
}

/** Throws a UserError (exit code 5) with ssh's own words when it cannot be reached. */
export async function openRemoteMachine(target: string, signal: AbortSignal): Promise<RemoteMachine> {
  const destination = parseSshTarget(target);
  const folder = await mkdtemp(join(tmpdir(), "cb-ssh-"));
  const [socket, control] = [join(folder, "docker.sock"), join(folder, "control")];
  const redisPort = { server: 20_000 + Math.floor(Math.random() * 10_000), here: await getPort({ host: "127.0.0.1" }) };
  const forwards = ["-L", `${socket}:${remoteSocket}`, "-L", `127.0.0.1:${redisPort.here}:127.0.0.1:${redisPort.server}`];
  const tunnel = await ProcessGroup.start({
    command: ["ssh", "-N", "-T", "-M", "-S", control, ...options, ...forwards, ...destination],
    cwd: folder,
    env: process.env,
    logFile: join(folder, "ssh.log"),
    cpus: null,
  });
  const close = async (): Promise<void> => {
    await tunnel[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const deadline = performance.now() + connectLimitMs;
    while (!existsSync(socket) || !existsSync(control)) {
      signal.throwIfAborted();
      if (tunnel.exit !== null || performance.now() > deadline) {
        const said = tunnel.logTail(3).join(" | ") || `no connection within ${connectLimitMs / 1000} s`;
        throw environmentError(
          `${target} cannot be reached: ${said}`,
          `ssh -o BatchMode=yes ${destination.join(" ")} docker info must work: the host's key known, the login without a password`,
        );
      }
      await sleep(20);
    }
    return {
      engineAddress: `unix://${socket}`,
      address: await addressOf(destination),
      redisPort,
      files: remoteFiles(["-S", control, ...options, ...destination]),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What the name means to ssh (its configuration may say another host), as an address. */
async function addressOf(destination: readonly string[]): Promise<string> {
  const { stdout } = await execa("ssh", ["-G", ...destination]);
  const host = /^hostname (\S+)$/m.exec(stdout)?.[1] ?? "";
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (error) {
    throw environmentError(`${host} has no IPv4 address: ${messageOf(error)}`, "give the machine's address instead of its name");
  }
}

/** Before each file: 1 when it could be read, 0 when not. Record separators are in no file of /proc or /sys. */
const separator = "\u001e";

/** One command over the connection that is open, whatever the number of files; all null when the machine does not answer. */
function remoteFiles(connection: readonly string[]): HostFiles {
  return {
    async read(paths) {
      if (paths.length === 0) return [];
      const odd = paths.find((path) => !/^[\w/.,:@-]+$/.test(path));
      if (odd !== undefined) throw new Error(`not a path for a shell: ${odd}`);
      const script = `for f in ${paths.join(" ")}; do if c=$(cat "$f" 2>/dev/null); then printf '\\0361%s\\n' "$c"; else printf '\\0360'; fi; done`;
      const { stdout, exitCode } = await execa("ssh", [...connection, script], { reject: false, timeout: readLimitMs, stdin: "ignore" });
      const parts = stdout?.split(separator).slice(1) ?? [];
      if (exitCode !== 0 || parts.length !== paths.length) return paths.map(() => null);
      return parts.map((part) => (part.startsWith("1") ? part.slice(1) : null));
    },
  };
}
