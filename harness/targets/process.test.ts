import { expect, test } from "vitest";
import { processes } from "./processes.ts";
import { behavesAsTarget, testLauncher } from "./testing/behaviour.ts";
import { acceptedConnections } from "../probes/accepted-connections.ts";

behavesAsTarget(testLauncher(async () => processes));

test("nobody is connected to a port that nobody listens on", () => {
  expect(acceptedConnections(1)).toBe(0);
});

test("a process is not contained: it has no limits to hit", async () => {
  expect(processes.description).toMatchObject({ kind: "process", memoryLimitBytes: null });
});
