/** One hardened container, started by image id through testcontainers; log and exit state are kept before it is removed. */
import { appendFileSync, closeSync, createWriteStream, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { once } from "node:events";
import { constants } from "node:os";
import { GenericContainer, PullPolicy, type WaitStrategy } from "testcontainers";
import { environmentError, messageOf } from "../errors.ts";
import type { Exit } from "../processes/group.ts";
import { answered, type Engine, statusOf } from "./engine.ts";
import { hardenedHostConfig, type HostConfig, type Limits, missingHardening, numericUser } from "./hardening.ts";
import { ownerLabels, removeContainer } from "./ownership.ts";
import { waitUntil } from "./wait.ts";

export interface ContainerOptions extends Limits {
  readonly imageId: string;
  /** Instead of the image's own. */
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly network: Network;
  /** stdout and stderr are appended here. */
  readonly logFile: string;
}

export type Network =
  | { readonly kind: "host" }
  | { readonly kind: "none" }
  /** A port of the container behind one of 127.0.0.1: through the engine's proxy. */
  | { readonly kind: "published"; readonly containerPort: number; readonly hostPort: number };

/** `why`: what the code and signal alone do not tell. */
export type ContainerExit = Exit & { readonly why: string | null };

export interface RunningContainer extends AsyncDisposable {
  readonly id: string;
  /** When its creation was asked for, on the clock of performance.now(), ms. */
  readonly createdAtMs: number;
  /** Settles when the engine has started it, or with its exit when it cannot be; never rejects. */
  readonly started: Promise<unknown>;
  /** Settles when its first process has ended; never rejects. */
  readonly exited: Promise<ContainerExit>;
  readonly exit: ContainerExit | null;
  logTail(lines?: number): string[];
  signal(signal: NodeJS.Signals): void;
}

/** Readiness is ours to poll: the first answer is a figure. */
const startedIsEnough: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => startedIsEnough,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => 0,
};

/** testcontainers has no cpuset, no pids limit, no read-only root and no port on 127.0.0.1 alone. */
class HardenedContainer extends GenericContainer {
  readonly #created: (id: string) => Promise<void>;

  constructor(
    { imageId, command, entrypoint, env, network, ...limits }: ContainerOptions,
    user: string,
    created: (id: string) => Promise<void>,
  ) {
    super(imageId.replace(/^sha256:/, ""));
    this.#created = created;
    // No reaper: its image may be out of reach, and the next start of ours removes what is left.
    this.withAutoCleanup(false).withPullPolicy(PullPolicy.neverPull()).withWaitStrategy(startedIsEnough);
    this.withUser(user)
      .withEnvironment({ ...env })
      .withLabels(ownerLabels());
    if (command !== undefined) this.withCommand([...command]);
    if (entrypoint !== undefined) this.withEntrypoint([...entrypoint]);
    this.withNetworkMode(network.kind === "published" ? "bridge" : network.kind);
    Object.assign(this.hostConfig, hardenedHostConfig(limits), network.kind === "published" ? published(network) : {});
    if (network.kind === "published") this.createOpts.ExposedPorts = { [`${network.containerPort}/tcp`]: {} };
  }

  protected override containerCreated(id: string): Promise<void> {
    return this.#created(id);
  }
}

function published({ containerPort, hostPort }: Extract<Network, { kind: "published" }>): HostConfig {
  return { PortBindings: { [`${containerPort}/tcp`]: [{ HostIp: "127.0.0.1", HostPort: String(hostPort) }] } };
}

/**
 * Resolves when the container is created and the engine has shown that it is hardened; it is being started then. Throws a
 * UserError (exit code 5) when the engine cannot or will not do it; nothing is left of it then.
 */
export async function startContainer({ docker }: Engine, options: ContainerOptions): Promise<RunningContainer> {
  const image = await answered("inspecting an image", docker.getImage(options.imageId).inspect());
  const createdAtMs = performance.now();
  const creation = Promise.withResolvers<string>();
  const container = new HardenedContainer(options, numericUser(image.Config.User), async (id) => {
    try {
      const missing = missingHardening(await docker.getContainer(id).inspect(), options);
      if (missing.length > 0) throw new Error(`the engine did not take the settings asked for: ${missing.join(", ")}`);
      creation.resolve(id);
    } catch (error) {
      await removeContainer(docker, id);
      throw error;
    }
  });
  const starting = container.start();
  // A failure before it is created ends both.
  starting.catch(creation.reject);
  try {
    const id = await answered("creating a container", creation.promise);
    return new Running(docker, id, createdAtMs, starting, options.logFile);
  } catch (error) {
    throw environmentError(
      `a container cannot be created: ${messageOf(error)}`,
      "docker info names what the engine cannot do; or use --target process",
    );
  }
}

class Running implements RunningContainer {
  readonly id: string;
  readonly createdAtMs: number;
  readonly started: Promise<unknown>;
  readonly exited: Promise<ContainerExit>;
  exit: ContainerExit | null = null;
  readonly #docker: Engine["docker"];
  readonly #logFile: string;
  readonly #logStart: number;

  constructor(docker: Engine["docker"], id: string, createdAtMs: number, starting: Promise<unknown>, logFile: string) {
    this.id = id;
    this.createdAtMs = createdAtMs;
    this.#docker = docker;
    this.#logFile = logFile;
    this.#logStart = sizeOf(logFile);
    // The engine has no start to wait for once it failed; what it said is the reason of the exit.
    const ended = this.#untilEnded(starting);
    this.started = Promise.allSettled([starting]);
    this.exited = ended.then((exit) => (this.exit = exit));
  }

  async #untilEnded(starting: Promise<unknown>): Promise<ContainerExit> {
    try {
      await answered("starting a container", starting);
      const logged = this.#followLog().catch((error: unknown) => this.#note(`the engine's log broke off: ${messageOf(error)}`));
      const { State, HostConfig } = await this.#stopped();
      await answered("the end of a log", logged, 5_000).catch(() => this.#note("the engine did not end the log"));
      return exitOf(State, HostConfig.Memory ?? 0);
    } catch (error) {
      return { code: null, signal: null, why: messageOf(error) };
    }
  }

  /** A connection that breaks says nothing of the container: the engine is asked, and waited for again where it still runs. */
  async #stopped() {
    for (;;) {
      await waitUntil(this.#docker, this.id, "not-running").catch((error: unknown) => {
        if (statusOf(error) !== null) throw error;
        this.#note(messageOf(error));
      });
      const info = await answered("a container's state", this.#docker.getContainer(this.id).inspect());
      if (!info.State.Running) return info;
    }
  }

  async #followLog(): Promise<void> {
    const stream = await this.#docker.getContainer(this.id).logs({ follow: true, stdout: true, stderr: true });
    const file = createWriteStream(this.#logFile, { flags: "a" });
    this.#docker.modem.demuxStream(stream, file, file);
    await once(stream, "end");
    file.end();
    await once(file, "finish");
  }

  logTail(lines = 20): string[] {
    if (!existsSync(this.#logFile)) return [];
    const text = readFileSync(this.#logFile).subarray(this.#logStart).toString("utf8").trimEnd();
    return text === "" ? [] : text.split("\n").slice(-lines);
  }

  signal(signal: NodeJS.Signals): void {
    answered("sending a signal", this.#docker.getContainer(this.id).kill({ signal })).catch((error: unknown) => {
      // One that has ended cannot be signalled; whoever waits for it sees that.
      if (this.exit === null) this.#note(`${signal} could not be sent: ${messageOf(error)}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // An engine that still starts it would start it after it is removed.
    await answered("starting a container", this.started);
    if (this.exit === null) {
      await answered(
        "ending a container",
        this.#docker
          .getContainer(this.id)
          .kill()
          .catch(() => {
            // It has ended already, or never ran.
          }),
      );
      await answered("the end of a container", this.exited);
    }
    await removeContainer(this.#docker, this.id);
  }

  #note(sentence: string): void {
    appendFileSync(this.#logFile, `[cache-bench] ${sentence}\n`);
  }
}

interface State {
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
  readonly Error: string;
}

/** Codes above 128 are a signal's number plus 128, as in a shell. */
export function exitOf({ ExitCode, OOMKilled, Error: failure }: State, memoryBytes: number): ContainerExit {
  const signal = ExitCode > 128 ? signalName(ExitCode - 128) : null;
  const why = OOMKilled ? `killed for memory: over its limit of ${describeBytes(memoryBytes)}` : failure === "" ? null : failure;
  return { code: signal === null ? ExitCode : null, signal, why };
}

function signalName(number: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return (found?.[0] as NodeJS.Signals | undefined) ?? null;
}

/** 4294967296 -> "4 GiB" */
export function describeBytes(bytes: number): string {
  return bytes >= 1024 ** 3 ? `${Number((bytes / 1024 ** 3).toFixed(1))} GiB` : `${Math.round(bytes / 1024 ** 2)} MiB`;
}

function sizeOf(file: string): number {
  closeSync(openSync(file, "a"));
  return statSync(file).size;
}
