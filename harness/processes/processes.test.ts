import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { ProcessGroup } from "./group.ts";
import { endOrphans, findOrphans, isAlive, ownerMark, ownerVariable, pidNamespace, processMark } from "./orphans.ts";
import { allProcesses, readProc } from "./proc.ts";
import { canPin, parseCpuList, pinned, usableCpus } from "./pinning.ts";

const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
const start = (command: readonly string[]): Promise<ProcessGroup> =>
  ProcessGroup.start({ command, cwd: folder, env: process.env, logFile: join(folder, "log"), cpus: null });

test("a group is ended with its children's children", async () => {
  const group = await start(["sh", "-c", "sh -c 'sleep 100 & sleep 100' & wait"]);
  for (let attempt = 0; attempt < 100 && group.processes().length < 4; attempt++) await sleep(20);
  expect(group.processes().length).toBeGreaterThanOrEqual(4);
  await group[Symbol.asyncDispose]();
  expect(group.processes()).toEqual([]);
  expect(group.exit).toEqual({ code: null, signal: "SIGKILL" });
});

test("a program that is not there is an error that names it", async () => {
  await expect(start(["no-such-program-anywhere"])).rejects.toThrow(/no-such-program-anywhere/);
});

test("the log's tail is what this group wrote, not what stood there before", async () => {
  for (const word of ["first", "second"]) {
    await using group = await start(["echo", word]);
    await group.exited;
    expect(group.logTail()).toEqual([word]);
  }
});

test("processes of a harness that is gone are found and ended; those of a live one and of others are not", async () => {
  const orphan = execa("sleep", ["100"], { env: { [ownerVariable]: `${process.pid}:1` }, reject: false });
  const foreign = execa("sleep", ["100"], { reject: false });
  await using own = await start(["sleep", "100"]);
  // Between fork and exec a child still shows its parent's environment.
  for (let attempt = 0; attempt < 100 && !findOrphans().includes(orphan.pid ?? 0); attempt++) await sleep(20);
  expect(findOrphans()).toContain(orphan.pid);
  expect(findOrphans()).not.toContain(own.pid);
  expect(await endOrphans()).toBeGreaterThanOrEqual(1);
  expect((await orphan).signal).toBe("SIGKILL");
  expect(own.exit).toBeNull();
  expect(isAlive(processMark(foreign.pid ?? 0))).toBe(true);
  foreign.kill();
  await foreign;
});

test.skipIf(process.getuid?.() !== 0)("processes of a harness in a container are not taken for orphans", async () => {
  const seconds = `1${process.pid}`;
  const args = ["--pid", "--fork", "sleep", seconds];
  const contained = execa("unshare", args, { env: { [ownerVariable]: `${process.pid}:1` }, reject: false });
  const marked = (): number[] => allProcesses().filter((pid) => readProc(`/proc/${pid}/cmdline`) === `sleep\0${seconds}\0`);
  for (let attempt = 0; attempt < 100 && !marked().some((pid) => pidNamespace(pid) !== pidNamespace("self")); attempt++) await sleep(20);
  const inside = marked().filter((pid) => pidNamespace(pid) !== pidNamespace("self"));
  expect(inside.length).toBeGreaterThan(0);
  for (const pid of inside) expect(findOrphans()).not.toContain(pid);
  for (const pid of inside) process.kill(pid, "SIGKILL");
  await contained;
});

test("a mark names one process, not one that got its id later", () => {
  expect(isAlive(ownerMark())).toBe(true);
  expect(isAlive(processMark(process.pid))).toBe(true);
  expect(isAlive(`${process.pid}:1`)).toBe(false);
  expect(isAlive("999999999:5")).toBe(false);
});

test("processor lists are read as the kernel writes them", () => {
  expect(parseCpuList("0-2,5")).toEqual([0, 1, 2, 5]);
  expect(usableCpus().length).toBeGreaterThan(0);
});

test("a command without processors is left as it is", () => {
  expect(pinned(["x", "y"], null)).toEqual(["x", "y"]);
});

test.skipIf(!canPin())("a command is pinned by taskset", () => {
  expect(pinned(["x", "y"], [1, 2])).toEqual(["taskset", "-c", "1,2", "x", "y"]);
});
