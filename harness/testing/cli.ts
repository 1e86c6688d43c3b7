/** The real program for tests: started as a user starts it, in a folder of its own, with a lock of its own. */
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Scenario } from "../core/scenario.ts";
import { packageRoot } from "../paths.ts";
import { allProcesses, readProc } from "../processes/proc.ts";
import { onPath } from "../processes/pinning.ts";

export interface CliRun extends Promise<{ exitCode?: number | undefined; stdout: string; stderr: string }> {
  kill(signal: NodeJS.Signals): boolean;
}

export interface Workspace {
  readonly folder: string;
  /** A scenario that takes seconds. */
  readonly scenario: string;
  cli(args: readonly string[], env?: NodeJS.ProcessEnv): CliRun;
  /** The test service, broken in the way named; its folder. */
  service(id: string, fault?: string): string;
}

export const tinyScenario: Scenario = {
  id: "tiny",
  title: "A tiny load for tests",
  purpose: "tests",
  connections: 20,
  operations: { get: 0.7, put: 0.28, delete: 0.02 },
  keys: { count: 200, choice: { kind: "zipf", exponent: 0.99 } },
  valueSize: { kind: "fixed", bytes: 128 },
  l1: { kind: "bytes", maxBytes: 1_048_576 },
  openLoop: { offeredRatesPerS: [300] },
};

/** A socket that nobody listens on. */
const noEngine = "unix:///nowhere/docker.sock";

export function newWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
  const scenario = join(folder, "tiny.json");
  writeFileSync(scenario, JSON.stringify(tinyScenario));
  // The lock lies in the temporary folder: one of its own lets a real run and the tests be on one machine.
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  return {
    folder,
    scenario,
    cli: (args, env = {}) =>
      execa(process.execPath, [join(packageRoot, "harness", "launch.js"), ...args], {
        cwd: folder,
        reject: false,
        // No engine, so that "auto" is a process; tests of containers say where theirs is.
        env: { TMPDIR: temporary, CI: "true", DOCKER_HOST: noEngine, ...env },
      }),
    service: (id, fault = "none") => {
      const target = join(folder, id);
      cpSync(join(packageRoot, "harness", "testing", "service"), target, { recursive: true });
      const file = join(target, "implementation.json");
      const manifest = JSON.parse(readFileSync(file, "utf8"));
      writeFileSync(file, JSON.stringify({ ...manifest, id, run: { command: ["env", `FAULT=${fault}`, "node", "{source}/service.mjs"] } }));
      appendFileSync(join(target, "Dockerfile"), `ENV FAULT=${fault}\n`);
      return target;
    },
  };
}

/** A folder for PATH that holds these programs and no others. */
export function pathWith(folder: string, programs: readonly string[]): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const program of programs) {
    const found = program === "node" ? process.execPath : onPath(program);
    if (found !== null) symlinkSync(found, join(bin, program));
  }
  return bin;
}

/** Processes whose environment names this workspace or that work in it: all that its runs started. */
export function processesOf({ folder }: Workspace): readonly number[] {
  return allProcesses().filter((pid) => readProc(`/proc/${pid}/environ`)?.includes(folder) || workingFolder(pid).startsWith(folder));
}

/** Empty for a process that ended. */
function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
