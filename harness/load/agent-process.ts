/** One agent as its parent sees it: a forked process, pinned when CPUs are given, that answers each message with one. */
import { fork, type ChildProcess } from "node:child_process";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../paths.ts";
import { canPin } from "../processes/pinning.ts";
import { nodeOptions, setRealTime } from "../processes/priority.ts";
import { LoadError } from "./errors.ts";
import type { FromAgent, ToAgent } from "./messages.ts";

// .ts under vitest and Node's type stripping, .js when compiled.
const entry = fileURLToPath(new URL(`./agent${extname(import.meta.filename)}`, import.meta.url));
const keptErrorOutput = 2_000;

type Answer<Type extends FromAgent["type"]> = Extract<FromAgent, { type: Type }>;

export class AgentProcess {
  readonly #process: ChildProcess;
  readonly #name: string;
  #realTime = false;
  #errorOutput = "";
  #waiting: { resolve: (answer: FromAgent) => void; reject: (error: unknown) => void } | null = null;
  #ended: LoadError | null = null;

  constructor(name: string, cpus: readonly number[] | null, env: NodeJS.ProcessEnv) {
    this.#name = name;
    const pinned = cpus !== null && canPin();
    // taskset becomes the agent (exec), so that the IPC channel and the process id are the agent's own.
    this.#process = fork(entry, [], {
      // Every trial starts agents anew: what V8 made of their code is kept between them.
      env: { NODE_COMPILE_CACHE: join(cacheFolder(), "compiled"), ...env },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced",
      execArgv: [...nodeOptions],
      ...(pinned && { execPath: "taskset", execArgv: ["-c", cpus.join(","), process.execPath, ...nodeOptions] }),
    });
    this.#process.stderr?.on("data", (text: Buffer) => {
      this.#errorOutput = (this.#errorOutput + text.toString()).slice(-keptErrorOutput);
    });
    this.#process.on("message", (message: FromAgent) => this.#answer(message));
    this.#process.on("error", (cause) => this.#end(`cannot be started: ${cause.message}`));
    this.#process.on("close", (code, signal) => this.#end(`died (${signal ?? `exit code ${code}`})`));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Sends a message and waits for its answer. */
  async ask<Type extends FromAgent["type"]>(message: ToAgent, type: Type): Promise<Answer<Type>> {
    const answer = await new Promise<FromAgent>((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting = { resolve, reject };
      // That it cannot be sent any more is heard from "close", which knows how the agent died.
      this.#process.send(message, () => {});
    });
    if (answer.type === type) return answer as Answer<Type>;
    if (answer.type === "failed") throw new LoadError(answer.code, `${this.#name}: ${answer.message}`);
    throw new LoadError("agent-failed", `${this.#name} answered "${answer.type}" instead of "${type}"`);
  }

  /**
   * Before all else on its processor, or as usual again. Linux lets a program go on for 3 ms when another wakes, also one of lower
   * priority: what is due meanwhile would be sent late. Seen here with services and Redis under load: lag p99 800 us without, 130 us with.
   * Resolves to whether it is so now, which takes a user who may.
   */
  async goRealTime(wanted: boolean): Promise<boolean> {
    if (wanted === this.#realTime || this.pid === undefined) return this.#realTime;
    const done = await setRealTime(this.pid, wanted);
    if (done) this.#realTime = wanted;
    return this.#realTime;
  }

  /** Kills the agent and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.#ended) return;
    const closed = new Promise<void>((resolve) => this.#process.once("close", () => resolve()));
    this.#process.kill("SIGKILL");
    await closed;
  }

  #answer(message: FromAgent): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(message);
  }

  #end(what: string): void {
    const said = this.#errorOutput.trim();
    this.#ended ??= new LoadError("agent-died", `${this.#name} ${what}${said && `; it said: ${said}`}`);
    this.#waiting?.reject(this.#ended);
    this.#waiting = null;
  }
}
