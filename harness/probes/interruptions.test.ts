import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { canPin, pinned, usableCpus } from "../processes/pinning.ts";
import { measureInterruptions } from "./interruptions.ts";

const { signal } = new AbortController();
const [cpu = 0] = usableCpus();
const topology = { service: [cpu], redis: [], agents: [[cpu]], orchestrator: [], disjoint: false, pinned: true, sentence: "" };

test.skipIf(!canPin())("a processor that another program wants as well is taken away", async () => {
  const [file = "", ...args] = pinned([process.execPath, "-e", "for (;;);"], [cpu]);
  const other = spawn(file, args, { stdio: "ignore" });
  try {
    const [seen, ...more] = await measureInterruptions(topology, signal);
    expect(more).toEqual([]);
    expect(seen?.cpu).toBe(cpu);
    // Of two that want it all of the time each has it for half of it, milliseconds at a time.
    expect(seen?.meanDelayUs).toBeGreaterThan(100);
  } finally {
    other.kill();
  }
});

test("nothing is said where nothing can be pinned", async () => {
  expect(await measureInterruptions({ ...topology, pinned: false }, signal)).toEqual([]);
});

test.skipIf(!canPin())("a service elsewhere runs on processors that are not looked at", async () => {
  const agents = [[cpu]];
  const seen = await measureInterruptions({ ...topology, service: [9_999], agents, serviceElsewhere: true }, signal);
  expect(seen.map((one) => one.cpu)).toEqual([cpu]);
});

test.skipIf(!canPin())("nothing is said of a processor that there is not, and no run ends for it", async () => {
  expect(await measureInterruptions({ ...topology, service: [9_999] }, signal)).toEqual([]);
});

test.skipIf(!canPin())("being stopped is told by its reason", async () => {
  const stopping = new AbortController();
  const seen = measureInterruptions(topology, stopping.signal);
  stopping.abort(new Error("stopped by Ctrl-C"));
  await expect(seen).rejects.toThrow(/^stopped by Ctrl-C$/);
});
