import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { syntheticResult } from "../../report/testing/synthetic-result.ts";
import { packageRoot } from "../paths.ts";
import { canPin } from "../processes/pinning.ts";
import { takeLock } from "../store/lock.ts";
import { newWorkspace } from "../testing/cli.ts";

test("a misspelt command or option is a usage error with the nearest name", async () => {
  const { cli } = newWorkspace();
  const command = await cli(["rnu"]);
  expect([command.exitCode, command.stderr]).toEqual([2, expect.stringContaining("Did you mean run?")]);
  const option = await cli(["run", "--implementation", "x"]);
  expect([option.exitCode, option.stderr]).toEqual([2, expect.stringContaining("Did you mean --implementations?")]);
  const value = await cli(["run", "--rounds", "0"]);
  expect([value.exitCode, value.stderr]).toEqual([2, expect.stringContaining("whole number from 1 to 1000")]);
});

test("a scenario with a misspelt field is a usage error that names file, field and allowed fields", async () => {
  const workspace = newWorkspace();
  const scenario = JSON.parse(readFileSync(workspace.scenario, "utf8"));
  writeFileSync(join(workspace.folder, "wrong.json"), JSON.stringify({ ...scenario, id: "wrong", conections: 5 }));
  const { exitCode, stderr } = await workspace.cli(["run", "--scenarios", "./wrong.json"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('wrong.json: unknown field "conections"; did you mean "connections"? Allowed: id,');
  expect(stderr).not.toContain("    at ");
});

test("--help and no command at all say what there is", async () => {
  const { cli } = newWorkspace();
  const help = await cli(["--help"]);
  expect(help.exitCode).toBe(0);
  for (const command of ["run", "verify", "load", "list", "doctor", "report", "schema"]) expect(help.stdout).toContain(`  ${command} `);
});

test("whoever reads the output may leave before its end", async () => {
  const pipe = 'node "$0" schema result | true; exit "${PIPESTATUS[0]}"';
  const { exitCode, stderr } = await execa("bash", ["-c", pipe, join(packageRoot, "harness", "launch.js")], { reject: false });
  expect([exitCode, stderr]).toEqual([0, ""]);
});

test("load drives a URL and tells requests, times and the generator's own cost", async () => {
  const server = createServer((_request, response) => response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { cli } = newWorkspace();
  const closed = await cli(["load", "--url", url, "--connections", "10", "--duration", "1", "--json"]);
  const open = await cli(["load", "--url", url, "--connections", "10", "--duration", "1", "--rate", "200", "--json"]);
  const wrong = await cli(["load", "--url", url, "--engine", "autocannon", "--rate", "200"]);
  server.close();
  expect(closed.exitCode, closed.stderr).toBe(0);
  expect(JSON.parse(closed.stdout)).toMatchObject({ requestsPerS: expect.any(Number), load: { timedOut: 0, connections: 10 } });
  expect(JSON.parse(open.stdout).load.scheduled).toBe(JSON.parse(open.stdout).load.received);
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("no open loop")]);
});

test("list, schema and doctor speak JSON", async () => {
  const { cli } = newWorkspace();
  const scenarios = await cli(["list", "scenarios", "--json"]);
  expect(JSON.parse(scenarios.stdout).map(({ id }: { id: string }) => id)).toContain("mixed");
  const schema = await cli(["schema", "result"]);
  expect(JSON.parse(schema.stdout)).toMatchObject({ type: "object", properties: { schemaVersion: { const: 1 } } });
  const doctor = await cli(["doctor", "--json"]);
  expect(JSON.parse(doctor.stdout).map(({ what }: { what: string }) => what)).toEqual(
    expect.arrayContaining(["Redis", "processors", "open files"]),
  );
});

test("doctor says that a Node is too new for the load engine to know its internals", async () => {
  const { cli } = newWorkspace();
  const asked = async (NODE_OPTIONS: string) => {
    const { stdout } = await cli(["doctor", "--json"], { NODE_OPTIONS });
    return JSON.parse(stdout).find(({ what }: { what: string }) => what === "Node");
  };
  expect(await asked("")).toMatchObject({ state: "ok", seen: process.version });
  const tooNew = "--import=data:text/javascript,Object.defineProperty(process.versions,'node',{value:'99.0.0'})";
  expect(await asked(tooNew)).toMatchObject({ state: "limit", seen: expect.stringContaining("does not know") });
});

test.skipIf(!canPin())("doctor does not keep processors busy while a run is measured", async () => {
  const { cli, folder } = newWorkspace();
  const asked = async () => {
    const { stdout } = await cli(["doctor", "--json"]);
    return JSON.parse(stdout).find(({ what }: { what: string }) => what === "interruptions").seen;
  };
  {
    using _run = takeLock("run 1", join(folder, "tmp", "cache-bench.lock"));
    expect(await asked()).toMatch(/^not known: another run holds this machine: .* run 1$/);
  }
  expect(await asked()).toMatch(/taken away/);
});

test("report renders a finished run again, offline, in every format", async () => {
  const workspace = newWorkspace();
  const result = syntheticResult({ services: [{ id: "a", language: "rust", slowness: 1 }] });
  writeFileSync(join(workspace.folder, "result.json"), JSON.stringify(result));
  const { exitCode, stdout, stderr } = await workspace.cli([
    "report",
    "./result.json",
    "--format",
    "terminal,html,md,csv,json",
    "--out",
    "rendered",
  ]);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toContain("throughput");
  for (const name of ["report.html", "report.md", "report.csv", "report.json"])
    expect(existsSync(join(workspace.folder, "rendered", name))).toBe(true);
  const wrong = await workspace.cli(["report", "./result.json", "--format", "htlm"]);
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("did you mean html?")]);
});

test("a result of another version is refused with the file and the field", async () => {
  const workspace = newWorkspace();
  writeFileSync(join(workspace.folder, "result.json"), JSON.stringify({ schemaVersion: 99 }));
  const { exitCode, stderr } = await workspace.cli(["report", "./result.json"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("result.json: schemaVersion");
});
