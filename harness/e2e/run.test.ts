import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { metricNames } from "../core/metrics.ts";
import { type Result, resultSchema } from "../core/result.ts";
import { serverNames } from "../redis/resolve.ts";
import { type CliRun, newWorkspace, pathWith, processesOf, type Workspace } from "../testing/cli.ts";

const brief = ["--rounds", "1", "--duration", "1"];
/** One launch and one second a load point. */
const runTiny = (workspace: Workspace, services: readonly string[], ...options: string[]): CliRun =>
  workspace.cli(["run", "--implementations", services.join(","), "--scenarios", workspace.scenario, ...brief, ...options]);
const resultOf = (stdout: string): Result => resultSchema.parse(JSON.parse(stdout));

const pathWithoutToolchains = ({ folder }: Workspace): string =>
  pathWith(folder, ["node", "env", "taskset", "git", "sh", "dirname", "true", ...serverNames]);

describe("a run of a service, and of one whose toolchain is missing", () => {
  let workspace: Workspace;
  let run: Awaited<CliRun>;
  beforeAll(async () => {
    workspace = newWorkspace();
    const services = ["rust-production", workspace.service("mine")].join(",");
    // 21 connections are a load for which no calibration is stored.
    run = await workspace.cli(
      ["run", "--implementations", services, "--scenarios", workspace.scenario, ...brief, "--connections", "21", "--json"],
      { PATH: pathWithoutToolchains(workspace) },
    );
  });

  test("skips the language without its toolchain with the reason", () => {
    const { implementations, cells } = resultOf(run.stdout);
    expect(implementations.map(({ status }) => status)).toEqual([
      expect.objectContaining({ kind: "skipped", reason: "Rust is not installed" }),
      expect.objectContaining({ kind: "measured" }),
    ]);
    expect(cells.map(({ implementation }) => implementation)).toEqual(["mine"]);
  });

  test("measures the other and leaves a whole result, a report, and no process", () => {
    expect(run.exitCode, run.stderr).toBe(0);
    const result = resultOf(run.stdout);
    const [cell] = result.cells;
    for (const name of metricNames) expect(cell?.figures[name]).toBeDefined();
    expect(cell?.figures.throughput).toMatchObject({ value: expect.any(Number) });
    expect(cell?.figures.cpuPerOperation).toMatchObject({ verdict: "valid" });
    expect(cell?.figures.rssLoad).toMatchObject({ verdict: "valid" });
    expect(cell?.figures.coldStart).toMatchObject({ verdict: "valid", launches: 10 });
    for (const name of ["plan.json", "trials.jsonl", "result.json", "report.html", "logs"]) {
      expect(existsSync(join(workspace.folder, "results", result.runId, name)), name).toBe(true);
    }
    const { service, agents, pinned } = result.plan.topology;
    const looked = pinned ? [...new Set([...service, ...agents.flat()])] : [];
    const { before, after } = result.interruptions ?? { before: null, after: null };
    for (const seen of [before, after]) expect(seen?.map(({ cpu }) => cpu)).toEqual(looked);
    expect(result.calibration).toMatchObject({ source: "own" });
    expect(result.calibration?.ceilings.map(({ engine, connections }) => [engine, connections])).toEqual([
      ["socket", 21],
      ["socket", 10],
      ["autocannon", 10],
    ]);
    expect(run.stdout).not.toContain(workspace.folder);
    expect(processesOf(workspace)).toEqual([]);
  });

  test("judges its values, and finds nothing", () => {
    const [trial] = resultOf(run.stdout).trials;
    if (trial?.outcome.kind !== "measured") throw new Error("not measured");
    const { findings, loadPoints, counts } = trial.outcome;
    expect(findings.filter(({ gate }) => ["right-values", "counts-reconciled"].includes(gate))).toEqual([]);
    expect(loadPoints.at(-1)?.load.values.judged).toBeGreaterThan(10);
    expect(counts.serviceRequests["put/ok"]).toBe(counts.requests.put.statuses["204"]);
    expect(counts.requests.get.sent).toBeGreaterThan(loadPoints.reduce((sum, { load }) => sum + load.operations.get.sent, 0));
  });

  test("what the service, Redis and the generator count agrees", () => {
    const {
      trials: [trial],
      witnesses,
    } = resultOf(run.stdout);
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

test("where no toolchain is there, the run ends as the environment's fault and names each", async () => {
  const workspace = newWorkspace();
  const { exitCode, stderr } = await workspace.cli(
    ["run", "--scenarios", workspace.scenario, "--implementations", "rust-production,go-production"],
    {
      PATH: pathWithoutToolchains(workspace),
    },
  );
  expect(exitCode).toBe(5);
  expect(stderr).toContain("install Rust");
  expect(stderr).toContain("install Go");
});

describe("a run of services of which each but one fails in its own way", () => {
  let workspace: Workspace;
  let run: Awaited<CliRun>;
  const faults = {
    liar: "wrong-bytes",
    broken: "crash-at-start",
    crasher: "crash-under-load",
    hanging: "hangs-under-load",
    mine: "none",
  };
  beforeAll(async () => {
    workspace = newWorkspace();
    const services = Object.entries(faults).map(([id, fault]) => workspace.service(id, fault));
    run = await runTiny(workspace, services, "--json");
  });
  const statusOf = (id: string) => resultOf(run.stdout).implementations.find(({ manifest }) => manifest.id === id)?.status;
  const outcomeOf = (id: string) => resultOf(run.stdout).trials.find(({ implementation }) => implementation === id)?.outcome;
  const figuresOf = (id: string) => resultOf(run.stdout).cells.find(({ implementation }) => implementation === id)?.figures;

  test("exits 6 and leaves no process", () => {
    expect(run.exitCode, run.stderr).toBe(6);
    expect(processesOf(workspace)).toEqual([]);
  });

  test("does not measure the one that answers wrong bytes, nor the one that does not start, whose log is shown", async () => {
    expect(statusOf("liar")).toMatchObject({ kind: "failed", stage: "conformance", reason: expect.stringContaining("round-trip") });
    expect(statusOf("broken")).toMatchObject({ kind: "failed", reason: expect.stringContaining("cannot find its configuration") });
    expect([outcomeOf("liar"), outcomeOf("broken")]).toEqual([undefined, undefined]);
    const { stdout } = await workspace.cli(["report", resultOf(run.stdout).runId]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("cannot find its configuration");
  });

  test("has no number of the one that crashes under load, but its exit code", () => {
    expect(outcomeOf("crasher")).toMatchObject({ kind: "failed", reason: expect.stringContaining("exit code 3") });
    expect(figuresOf("crasher")?.throughput).toMatchObject({ verdict: "void" });
  });

  test("has no number of the one that hangs under load, and says so", () => {
    expect(outcomeOf("hanging")).toMatchObject({ kind: "failed", reason: expect.stringContaining("no answer on /metrics") });
  });

  test("measures the sound one all the same", () => {
    expect(figuresOf("mine")?.throughput).toMatchObject({ value: expect.any(Number) });
  });
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
