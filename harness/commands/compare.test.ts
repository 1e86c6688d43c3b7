import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hostileText, syntheticResult } from "../../report/testing/synthetic-result.ts";
import type { Result } from "../core/result.ts";
import { newWorkspace, type Workspace } from "../testing/cli.ts";

const run = (seed: number, slowness: number): Result => ({
  ...syntheticResult({ services: [{ id: "go-production", language: "go", slowness }], seed }),
  runId: `run-${seed}`,
});
const save = ({ folder }: Workspace, name: string, result: Result): void => writeFileSync(join(folder, name), JSON.stringify(result));

test("compare prints each figure of both runs with ratio, interval and verdict, and JSON on request", async () => {
  const workspace = newWorkspace();
  save(workspace, "a.json", run(1, 1));
  save(workspace, "b.json", run(2, 1.5));
  const { exitCode, stdout, stderr } = await workspace.cli(["compare", "./a.json", "./b.json"]);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toContain("A is run-1, B is run-2. Of 8 figures 8 changed");
  expect(stdout).toMatch(/p99 +1\.\d+ +2\.\d+ +ms +1\.\d+–1\.\d+ +slower/);
  expect(stdout).toMatch(/PSS .* larger/);
  const json = JSON.parse((await workspace.cli(["compare", "./a.json", "./b.json", "--json"])).stdout);
  expect(json.cells[0].figures[0]).toMatchObject({ metric: "throughput", verdict: { kind: "changed", change: "slower" } });
});

test("runs of different methods are refused with what differs, unless told, and then it is said above the tables", async () => {
  const workspace = newWorkspace();
  const b = run(2, 1);
  save(workspace, "a.json", run(1, 1));
  save(workspace, "b.json", { ...b, plan: { ...b.plan, methodHash: "c".repeat(64), settings: { ...b.plan.settings, openLoopMs: 1_000 } } });
  const refused = await workspace.cli(["compare", "./a.json", "./b.json"]);
  expect([refused.exitCode, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toContain("openLoopMs is 8000 in A and 1000 in B");
  const told = await workspace.cli(["compare", "./a.json", "./b.json", "--allow-different-method"]);
  expect(told.exitCode).toBe(0);
  expect(told.stdout).toContain("NOT MEASURED ALIKE: openLoopMs is 8000 in A and 1000 in B");
});

test("names and reasons of a result cannot steer the terminal", async () => {
  const workspace = newWorkspace();
  save(workspace, "a.json", run(1, 1));
  const services = [{ id: "go-production", language: "go", slowness: 1, figures: { p99: "void" } }] as const;
  save(workspace, "b.json", syntheticResult({ services, text: hostileText }));
  const { stdout } = await workspace.cli(["compare", "./a.json", "./b.json"]);
  expect(stdout).toContain("[1] void in B");
  expect(stdout).not.toContain("\u001b");
});
