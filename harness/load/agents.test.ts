import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { AgentProcess } from "./agent-process.ts";
import { nowUs } from "./clock.ts";
import { closedLoop, startTestGenerator } from "./testing/generators.ts";
import { httpServer } from "./testing/servers.ts";

describe("agents", () => {
  test("are killed when the run is aborted, which is then the reason given", async () => {
    await using server = await httpServer((_, response) => response.end("{}"));
    const abort = new AbortController();
    const reason = new Error("enough");
    await using generator = await startTestGenerator(server.origin, { signal: abort.signal });
    await generator.connect();
    const measuring = generator.measure({ point: closedLoop, leadInMs: 0, durationMs: 60_000 });
    setTimeout(() => abort.abort(reason), 300);
    await expect(measuring).rejects.toBe(reason);
    await expect(generator.connect()).rejects.toBe(reason);
  });

  test("that die are an error that says how", async () => {
    const agent = new AgentProcess("load agent 1 of 1", null, process.env);
    const asked = agent.ask({ type: "connect" }, "connected");
    await expect(asked).rejects.toMatchObject({ code: "agent-failed" });
    process.kill(agent.pid ?? 0, "SIGKILL");
    await expect(agent.ask({ type: "connect" }, "connected")).rejects.toMatchObject({
      code: "agent-died",
      message: "load agent 1 of 1 died (SIGKILL)",
    });
  });

  test("begin a warm-up late when the machine kept them from it, but no window at whose edges others read", async () => {
    await using server = await httpServer((_, response) => response.end("{}"));
    const agent = new AgentProcess("late", null, process.env);
    const load = { workload: { kind: "single-url", path: "/" }, connections: 2, agent: 0, agents: 1, seed: 1 } as const;
    const setup = { ...load, origin: server.origin, engine: "socket", requestTimeoutMs: 5_000, stalenessBoundMs: 0 } as const;
    await agent.ask({ type: "set-up", setup }, "ready");
    await agent.ask({ type: "connect" }, "connected");
    const order = { point: closedLoop, leadInMs: 0, durationMs: 100, startAtUs: nowUs() - 1e6, lastStretchUs: 0, ordinal: 0 };
    const { measurement } = await agent.ask({ type: "measure", order: { ...order, aligned: false } }, "measured");
    expect(measurement.received).toBeGreaterThan(0);
    const aligned = agent.ask({ type: "measure", order: { ...order, aligned: true } }, "measured");
    await expect(aligned).rejects.toMatchObject({ message: expect.stringContaining("the order to start came 1") });
    await agent.kill();
  });

  test("end by themselves when their parent dies", async () => {
    const parent = fork(fileURLToPath(new URL("./testing/parent.ts", import.meta.url)), { execArgv: [] });
    const [agentPid] = (await once(parent, "message")) as [number];
    expect(isAlive(agentPid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(agentPid), { timeout: 5_000 }).toBe(false);
  });

  test.runIf(process.platform === "linux")("are pinned to the CPUs given", async () => {
    const { readFileSync } = await import("node:fs");
    const agent = new AgentProcess("pinned", [0], process.env);
    await agent.ask({ type: "connect" }, "connected").catch(() => {});
    expect(readFileSync(`/proc/${agent.pid}/status`, "utf8")).toMatch(/^Cpus_allowed_list:\s+0$/m);
    await agent.kill();
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
