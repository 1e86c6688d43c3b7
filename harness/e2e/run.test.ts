import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { metricNames } from "../core/metrics.ts";
import { type Result, resultSchema } from "../core/result.ts";
import { type CliRun, newWorkspace, pathWith, processesOf, type Workspace } from "../testing/cli.ts";

const brief = ["--rounds", "1", "--duration", "1"];
/** One launch and one second a load point. */
const runTiny = (workspace: Workspace, services: readonly string[], ...options: string[]): CliRun =>
  workspace.cli(["run", "--implementations", services.join(","), "--scenarios", workspace.scenario, ...brief, ...options]);
const resultOf = (stdout: string): Result => resultSchema.parse(JSON.parse(stdout));

test("run measures a service and leaves a whole result, a report, and no process", async () => {
  const workspace = newWorkspace();
  const { exitCode, stdout, stderr } = await runTiny(workspace, [workspace.service("mine")], "--json");
  expect(exitCode, stderr).toBe(0);
  const result = resultOf(stdout);
  const [cell] = result.cells;
  for (const name of metricNames) expect(cell?.figures[name]).toBeDefined();
  expect(cell?.figures.throughput).toMatchObject({ value: expect.any(Number) });
  expect(cell?.figures.cpuPerOperation).toMatchObject({ verdict: "valid" });
  expect(cell?.figures.rssLoad).toMatchObject({ verdict: "valid" });
  expect(cell?.figures.coldStart).toMatchObject({ verdict: "valid", launches: 10 });
  for (const name of ["plan.json", "trials.jsonl", "result.json", "report.html", "logs"]) {
    expect(existsSync(join(workspace.folder, "results", result.runId, name)), name).toBe(true);
  }
  expect(result.calibration).toMatchObject({ source: "own" });
  expect(result.calibration?.ceilings.map(({ engine, connections }) => [engine, connections])).toEqual([
    ["socket", 20],
    ["socket", 10],
    ["autocannon", 10],
  ]);
  expect(stdout).not.toContain(workspace.folder);
  expect(processesOf(workspace)).toEqual([]);
});

test("what the service, Redis and the generator count agrees", async () => {
  const workspace = newWorkspace();
  const { stdout } = await runTiny(workspace, [workspace.service("mine")], "--json");
  const {
    trials: [trial],
    witnesses,
  } = resultOf(stdout);
  const readings = witnesses?.[0]?.readings ?? [];
  expect(readings.map(({ engine }) => engine)).toEqual(["socket", "autocannon"]);
  for (const { sent, puts, errors, serviceCounted, redisWrites } of readings)
    expect({ sent, puts, errors }).toEqual({ sent: serviceCounted, puts: redisWrites, errors: 0 });
  if (trial?.outcome.kind !== "measured") throw new Error("not measured");
  const [open] = trial.outcome.loadPoints;
  const { load, serviceRequests, redisCalls } = open ?? {};
  // The counts hold the lead-in too: half a second at the same rate.
  expect(serviceRequests?.["put/ok"]).toBeGreaterThanOrEqual(load?.operations.put.sent ?? Infinity);
  expect(redisCalls?.["set"]).toBe(serviceRequests?.["put/ok"]);
  expect(redisCalls?.["del"]).toBe(serviceRequests?.["delete/ok"]);
});

test("a misspelt implementation is a usage error with the nearest name", async () => {
  const { exitCode, stderr, stdout } = await newWorkspace().cli(["run", "--implementations", "rust-prodution"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("did you mean rust-production?");
  expect(stdout).toBe("");
});

test("--dry-run prints the plan and measures nothing", async () => {
  const workspace = newWorkspace();
  const { exitCode, stdout } = await workspace.cli([
    "run",
    "--implementations",
    workspace.service("mine"),
    "--scenarios",
    workspace.scenario,
    "--dry-run",
  ]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/trials\s+6/);
  expect(stdout).toMatch(/time\s+about/);
  expect(existsSync(join(workspace.folder, "results"))).toBe(false);
});

test("a language without its toolchain is skipped with the reason, and the others are measured", async () => {
  const workspace = newWorkspace();
  const path = pathWith(workspace.folder, ["node", "env", "taskset", "python3", "git", "sh", "dirname", "true"]);
  const args = ["run", "--scenarios", workspace.scenario, ...brief, "--json", "--implementations"];
  const { exitCode, stdout, stderr } = await workspace.cli([...args, `rust-production,${workspace.service("mine")}`], { PATH: path });
  expect(exitCode, stderr).toBe(0);
  const { implementations, cells } = resultOf(stdout);
  expect(implementations.map(({ status }) => status)).toEqual([
    expect.objectContaining({ kind: "skipped", reason: "Rust is not installed" }),
    expect.objectContaining({ kind: "measured" }),
  ]);
  expect(cells.map(({ implementation }) => implementation)).toEqual(["mine"]);

  const none = await workspace.cli([...args, "rust-production,go-production"], { PATH: path });
  expect(none.exitCode).toBe(5);
  expect(none.stderr).toContain("install Rust");
  expect(none.stderr).toContain("install Go");
});

test("a service that answers wrong bytes is not measured; the others are", async () => {
  const workspace = newWorkspace();
  const services = [workspace.service("liar", "wrong-bytes"), workspace.service("mine")];
  const { exitCode, stdout } = await runTiny(workspace, services, "--json");
  expect(exitCode).toBe(6);
  const { implementations, trials } = resultOf(stdout);
  expect(implementations[0]?.status).toMatchObject({ kind: "failed", stage: "conformance", reason: expect.stringContaining("round-trip") });
  expect(new Set(trials.map(({ implementation }) => implementation))).toEqual(new Set(["mine"]));
});

test("a service that does not start is shown with the end of its log", async () => {
  const workspace = newWorkspace();
  const { exitCode, stdout } = await runTiny(workspace, [workspace.service("broken", "crash-at-start")]);
  expect(exitCode).toBe(6);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("cannot find its configuration");
});

test("a service that crashes under load is a failed trial with its exit code, never a number", async () => {
  const workspace = newWorkspace();
  const { exitCode, stdout } = await runTiny(workspace, [workspace.service("crasher", "crash-under-load")], "--json");
  expect(exitCode).toBe(6);
  const { trials, cells } = resultOf(stdout);
  expect(trials[0]?.outcome).toMatchObject({ kind: "failed", reason: expect.stringContaining("exit code 3") });
  expect(cells[0]?.figures.throughput).toMatchObject({ verdict: "void" });
});

test("a service that hangs under load is a failed trial that says so, and nothing is left of it", async () => {
  const workspace = newWorkspace();
  const { exitCode, stdout } = await runTiny(workspace, [workspace.service("hanging", "hangs-under-load")], "--json");
  expect(exitCode).toBe(6);
  expect(resultOf(stdout).trials[0]?.outcome).toMatchObject({ kind: "failed", reason: expect.stringContaining("no answer on /metrics") });
  expect(processesOf(workspace)).toEqual([]);
});

test("a service that fails requests under load is void, with the statuses seen", async () => {
  const workspace = newWorkspace();
  const { stdout } = await runTiny(workspace, [workspace.service("failing", "fails-under-load")], "--json", "--allow-nonconforming");
  const [cell] = resultOf(stdout).cells;
  expect(cell?.figures.throughput).toMatchObject({ verdict: "void", reason: expect.stringMatching(/x GET 503/) });
  expect(cell?.figures.errors).toMatchObject({ verdict: "valid" });
});

test("an implementation that does not build is exit 6 with the build's own words", async () => {
  const workspace = newWorkspace();
  const folder = workspace.service("unbuildable");
  const file = join(folder, "implementation.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...manifest, build: { ...manifest.build, commands: [["ls", "no-such-file"]] } }));
  const { exitCode, stdout } = await runTiny(workspace, [folder]);
  expect(exitCode).toBe(6);
  expect(stdout).toContain("no-such-file");
});
