import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newWorkspace, processesOf, type Workspace } from "../testing/cli.ts";

/** A folder with the test service in it; `more` is added to its source. */
function version(workspace: Workspace, name: string, more = ""): string {
  const folder = join(workspace.folder, name);
  mkdirSync(join(folder, "implementations"), { recursive: true });
  const service = join(folder, "implementations", "mine");
  cpSync(workspace.service("mine"), service, { recursive: true });
  const file = join(service, "service.mjs");
  writeFileSync(file, more + readFileSync(file, "utf8"));
  return folder;
}

test("where no implementation changed, nothing is measured, and the gate passes and says why", async () => {
  const workspace = newWorkspace();
  const versions = ["--base", version(workspace, "base"), "--head", version(workspace, "head")];
  const formats = ["--format", "json,junit,md,action-benchmark,bmf", "--out", "written"];
  const { exitCode, stdout, stderr } = await workspace.cli(["gate", ...versions, ...formats]);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toContain("Nothing to measure: no implementation changed");
  expect(stdout).toContain("the same source in base and head: mine");
  expect(readdirSync(join(workspace.folder, "written"))).toEqual(["gate.bmf.json", "gate.json", "gate.junit.xml", "gate.md"]);
});

test("too small a budget, an unknown version or format and a version left out are usage errors with the cure", async () => {
  const workspace = newWorkspace();
  const [base, head] = [version(workspace, "base"), version(workspace, "head", "// changed\n")];
  const short = await workspace.cli(["gate", "--base", base, "--head", head, "--budget", "1m"]);
  expect([short.exitCode, short.stderr]).toEqual([2, expect.stringMatching(/no regression can be found\n.*--budget \d+m/)]);
  const unknown = await workspace.cli(["gate", "--base", "no-such-ref", "--head", head]);
  expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining("neither a folder nor a commit")]);
  const format = await workspace.cli(["gate", "--base", base, "--head", head, "--format", "junti"]);
  expect([format.exitCode, format.stderr]).toEqual([2, expect.stringMatching(/did you mean junit\?\n.*action-benchmark/)]);
  const left = await workspace.cli(["gate", "--head", head]);
  expect([left.exitCode, left.stderr]).toEqual([2, expect.stringContaining("--base")]);
});

test("a head that does not start is exit 6 with the end of its log, before anything is measured", async () => {
  const workspace = newWorkspace();
  const [base, head] = [version(workspace, "base"), version(workspace, "head", 'throw new Error("the head is broken");\n')];
  const { exitCode, stderr } = await workspace.cli(["gate", "--base", base, "--head", head, "--scenario", workspace.scenario]);
  expect(exitCode).toBe(6);
  expect(stderr).toContain("mine of head");
  expect(stderr).toContain("the head is broken");
  expect(processesOf(workspace)).toEqual([]);
});

test("a head that answers wrongly is exit 6 with the check that says so, and a cure that the gate has", async () => {
  const workspace = newWorkspace();
  const [base, head] = [workspace.service("mine"), newWorkspace().service("mine", "wrong-bytes")];
  const { exitCode, stderr } = await workspace.cli(["gate", "--base", base, "--head", head, "--scenario", workspace.scenario]);
  expect(exitCode).toBe(6);
  expect(stderr).toContain("mine of head: round-trip");
  expect(stderr).toContain("cache-bench verify mine");
  expect(stderr).not.toContain("--allow-nonconforming");
});
