import { readlinkSync, readdirSync } from "node:fs";
import { execa } from "execa";
import { expect, test } from "vitest";
import { canKeepAwake, keepAwake } from "./awake.ts";
import { canGoRealTime, setRealTime } from "./priority.ts";
import { readProc } from "./proc.ts";

/** Files that this process holds open and that are not gone by the time they are looked at. */
const openFiles = (): string[] =>
  readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      return [];
    }
  });
const holdsLatency = (): boolean => openFiles().includes("/dev/cpu_dma_latency");

/** SCHED_OTHER is 0, SCHED_FIFO 1: field 41 of proc_pid_stat(5), counted from behind the name, which is field 2. */
const policyOf = (pid: number): string | undefined => readProc(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ")[41 - 3];

test.runIf(process.platform === "linux")(
  "processors are kept awake from when that is asked for until it is disposed of, where it is allowed",
  () => {
    {
      using _awake = keepAwake();
      expect(holdsLatency()).toBe(canKeepAwake());
    }
    expect(holdsLatency()).toBe(false);
  },
);

test.runIf(process.platform === "linux")(
  "a process goes before all others and back, where that is allowed; elsewhere nothing changes",
  async () => {
    const program = execa("sleep", ["100"], { reject: false });
    const pid = program.pid ?? 0;
    await setRealTime(pid, true);
    expect(policyOf(pid)).toBe(canGoRealTime() ? "1" : "0");
    await setRealTime(pid, false);
    expect(policyOf(pid)).toBe("0");
    program.kill();
    await program;
  },
);
