/**
 * Child processes in a session of their own, so that a whole tree can be seen, measured and stopped, and marked in
 * their environment, so that the next start finds what a killed harness left behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../errors.ts";
import { pinned } from "./pinning.ts";
import { ownerMark, ownerVariable } from "./orphans.ts";
import { processesOfSession } from "./proc.ts";

export interface GroupOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** stdout and stderr are appended here. */
  readonly logFile: string;
  /** Processors to run on; null: any. */
  readonly cpus: readonly number[] | null;
}

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export class ProcessGroup implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #logFile: string;
  readonly #logStart: number;
  /** Settles when the first process of the group has ended; never rejects. */
  readonly exited: Promise<Exit>;
  exit: Exit | null = null;
  /** When the command had been executed, on the clock of performance.now(), ms: spawn() returns only after exec(). */
  readonly executedAtMs = performance.now();

  private constructor(child: ChildProcess, logFile: string, logStart: number) {
    this.#child = child;
    this.#logFile = logFile;
    this.#logStart = logStart;
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
  }

  /** Starts the command; rejects when it cannot be executed at all. */
  static async start({ command, cwd, env, logFile, cpus }: GroupOptions): Promise<ProcessGroup> {
    const [file = "", ...args] = pinned(command, cpus);
    const log = openSync(logFile, "a");
    try {
      const logStart = statSync(logFile).size;
      const child = spawn(file, args, { cwd, env: { ...env, [ownerVariable]: ownerMark() }, stdio: ["ignore", log, log], detached: true });
      const group = new ProcessGroup(child, logFile, logStart);
      await new Promise<void>((resolve, reject) => {
        child.once("spawn", resolve);
        child.once("error", (error) => reject(new Error(`cannot start ${command[0]}: ${messageOf(error)}`, { cause: error })));
      });
      return group;
    } finally {
      closeSync(log);
    }
  }

  /** Process id of the leader, which is the session's id too. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** All live processes of the session. */
  processes(): readonly number[] {
    return processesOfSession(this.pid);
  }

  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** The last lines that the group wrote. */
  logTail(lines = 20): string[] {
    const text = readFileSync(this.#logFile).subarray(this.#logStart).toString("utf8").trimEnd();
    return text === "" ? [] : text.split("\n").slice(-lines);
  }

  /** Ends every process of the group at once; nothing is left when this settles. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      this.signal("SIGKILL");
      const strays = this.processes();
      for (const pid of strays) killQuietly(pid);
      if (strays.length === 0 && this.exit !== null) return;
      await sleep(10);
    }
    throw new Error(`process ${this.pid} could not be stopped`);
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended on its own.
  }
}
