import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checks } from "../conformance/suite.ts";
import { packageRoot } from "../paths.ts";
import { findImplementations } from "../store/catalogue.ts";
import { newWorkspace } from "../testing/cli.ts";
import { sortPackages } from "./new.ts";

const textOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");

test.each(["rust", "go", "python", "node"])(
  "new --language %s makes a service under its own name, with a valid manifest",
  async (language) => {
    const workspace = newWorkspace();
    const { exitCode, stdout, stderr } = await workspace.cli(["new", "my-service", "--language", language]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain("cache-bench verify ./my-service");
    const folder = join(workspace.folder, "my-service");
    const [made] = findImplementations([folder], () => true);
    expect(made?.manifest).toMatchObject({
      id: "my-service",
      title: expect.stringMatching(/^my-service, from /),
      language,
      variant: "production",
    });
    expect(textOf(folder)).not.toContain(`${language}-production`);
  },
);

test("what new made passes verify at once", async () => {
  const workspace = newWorkspace();
  await workspace.cli(["new", "services/mine", "--language", "node"]);
  const { exitCode, stdout, stderr } = await workspace.cli(["verify", "./services/mine", "--quiet", "--json"]);
  expect(exitCode, stdout + stderr).toBe(0);
  const [mine] = JSON.parse(stdout) as [{ service: string; checks: readonly { id: string; outcome: string }[] }];
  expect(mine.service).toBe("mine");
  expect(mine.checks.map(({ id, outcome }) => [id, outcome])).toEqual(checks.map(({ id }) => [id, "passed"]));
});

test("new refuses what is there already, what cannot be an id, and a language without a service", async () => {
  const { cli, service } = newWorkspace();
  service("there");
  const there = await cli(["new", "there", "--language", "go"]);
  expect([there.exitCode, there.stderr]).toEqual([2, expect.stringContaining("there exists already")]);
  const wrong = await cli(["new", "My_Service", "--language", "go"]);
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('"My_Service" cannot be the id')]);
  const language = await cli(["new", "mine", "--language", "cobol"]);
  expect([language.exitCode, language.stderr]).toEqual([2, expect.stringContaining("rust, go, python, node")]);
});

test("a renamed package stands in its place in Cargo.lock", () => {
  const lock = readFileSync(join(packageRoot, "implementations/rust-production/Cargo.lock"), "utf8");
  expect(sortPackages(lock)).toBe(lock);
  const renamed = sortPackages(lock.replace('name = "rust-production"', 'name = "aaa"'));
  expect(/name = "(.*)"/.exec(renamed)?.[1]).toBe("aaa");
  expect(renamed).toHaveLength(lock.length - "rust-production".length + "aaa".length);
});
