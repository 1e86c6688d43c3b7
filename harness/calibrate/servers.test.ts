import { expect, test } from "vitest";
import { delaySequence } from "../core/calibration/delays.ts";
import { measureOnce } from "../load/testing/generators.ts";
import { nodeCommand } from "../processes/node-command.ts";
import { startDelayServer } from "./delay-server.ts";
import { startLocalServer } from "./local-server.ts";
import { startNullServer } from "./null-server.ts";
import { measureKnown } from "./truth.ts";

const signal = new AbortController().signal;
const delay = { kind: "lognormal", medianUs: 3_000, sigma: 0.5 } as const;
const topology = { service: [0], redis: [0], agents: [[0], [0]], orchestrator: [0], disjoint: false, pinned: false, sentence: "" };

test("the null server answers reads and writes, whichever it is", async () => {
  const ours = () =>
    startLocalServer((port) => nodeCommand(new URL("./null-server-process", import.meta.url), String(port)), { cpus: [null], signal });
  for (const start of [ours, () => startNullServer(null, signal)]) {
    await using server = await start();
    const load = await measureOnce(server.origin, {
      workload: {
        kind: "cache",
        operations: { get: 0.5, put: 0.5, delete: 0 },
        keys: { count: 10, choice: { kind: "uniform" } },
        valueSize: { kind: "fixed", bytes: 2_000 },
      },
    });
    expect(load.failed).toEqual({});
    expect(load.operations.put.statuses).toEqual({ 200: expect.any(Number) });
    expect(load.operations.get.statuses).toEqual({ 200: expect.any(Number) });
  }
});

test("the known-delay server logs each request: held for its own delay and what it was late, and over again after the log is taken", async () => {
  await using server = await startDelayServer({ delay, stall: null, seed: 3 }, { cpus: null, ratePerS: null, signal });
  for (let time = 0; time < 2; time++) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${server.origin}/`)));
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    const { heldUs, lateUs } = await server.takeLog();
    const next = delaySequence(delay, 3);
    expect(heldUs.length).toBe(20);
    for (const [k, held] of heldUs.entries()) {
      expect(lateUs[k]).toBeGreaterThanOrEqual(0);
      expect(Math.abs(held - (lateUs[k] ?? 0) - next())).toBeLessThan(2);
    }
  }
});

test("a known load point has one true time a request of its window, split over the agents as the generator does it", async () => {
  const known = { connections: 5, ratePerS: 400, delay, stall: { everyUs: 300_000, lengthUs: 50_000 } };
  const { load, truth } = await measureKnown(known, { topology, durationMs: 600, signal });
  expect(truth?.service.length).toBe(load.scheduled);
  expect(truth?.response.length).toBe(load.scheduled);
  // A response is at least what the server held it: nothing is answered before it is due.
  expect(Math.min(...(truth?.response ?? []))).toBeGreaterThan(0);
  expect(Math.max(...(truth?.response ?? []))).toBeGreaterThan(40_000);
});
