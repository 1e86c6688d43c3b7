/** Generators that are broken on purpose: what they measure, the gates must not let pass. */
import { expect, test } from "vitest";
import { judgeLoadPoint } from "../core/gates.ts";
import type { LoadPoint } from "../core/measurement.ts";
import type { Scenario } from "../core/scenario.ts";
import { findScenarios } from "../store/catalogue.ts";
import { measureOnce } from "./testing/generators.ts";
import { httpServer } from "./testing/servers.ts";

const [scenario] = findScenarios(["article-70-30"], []);
const openLoop: LoadPoint = { kind: "open-loop", offeredRatePerS: 200 };
/** So many that a request never waits for one: what is late is late by the generator alone. */
const connections = 50;

interface Faults {
  readonly operations?: Scenario["operations"];
  readonly env?: NodeJS.ProcessEnv;
}

/** The gates that a generator with these faults closes. */
async function gatesOf({ operations, env = process.env }: Faults): Promise<readonly string[]> {
  if (scenario === undefined) throw new Error("there is a scenario");
  await using server = await httpServer((request, response) => {
    request.resume();
    response.writeHead(request.method === "PUT" ? 204 : 200).end(request.method === "PUT" ? undefined : "{}");
  });
  const keys = { count: 100, choice: { kind: "uniform" } } as const;
  const workload = { kind: "cache", operations: operations ?? scenario.operations, keys, valueSize: scenario.valueSize } as const;
  const load = await measureOnce(server.origin, { connections, workload, env }, { point: openLoop, durationMs: 1_000 });
  const others = { redisCpuS: 0, redisSharesAgentCpu: false, agentCpuCount: 1, ceilingPerS: null };
  return judgeLoadPoint({ load, scenario, connections, steadyState: { verdict: "steady", change: 0 }, ...others }, 0).map(
    ({ gate }) => gate,
  );
}

test("one that is held up for 30 of 31 ms sends late", async () => {
  const busy = "setInterval(() => { for (const end = performance.now() + 30; performance.now() < end;); }, 1)";
  const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(busy)}` };
  expect(await gatesOf({ env })).toContain("schedule-lag");
});

test("one that sends another mix is found by its mix", async () => {
  expect(await gatesOf({ operations: { get: 0.5, put: 0.5, delete: 0 } })).toContain("operation-mix");
  expect(await gatesOf({})).not.toContain("operation-mix");
});
