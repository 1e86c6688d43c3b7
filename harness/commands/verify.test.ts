import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newWorkspace, processesOf } from "../testing/cli.ts";

test("verify tells which checks a broken service fails, as a table, JSON and JUnit, with exit code 6", async () => {
  const workspace = newWorkspace();
  const broken = workspace.service("broken", "frozen-date");
  const text = await workspace.cli(["verify", broken, "--junit", "checks.xml"]);
  expect(text.exitCode, text.stderr).toBe(6);
  expect(text.stdout).toContain("broken: 23 of 24 checks pass, 1 failed");
  expect(text.stdout).toMatch(/16 +not-frozen +FAIL +Date does not move with the clock/);
  expect(text.stdout).toMatch(/again +curl -i .*sleep 1\.2/);
  expect(readFileSync(join(workspace.folder, "checks.xml"), "utf8")).toContain('<failure message="Date does not move with the clock">');
  expect(processesOf(workspace)).toEqual([]);
});

test("verify --url says what is missing: the Redis, the service, a promise it knows", async () => {
  const { cli } = newWorkspace();
  const noRedis = await cli(["verify", "--url", "http://127.0.0.1:9"]);
  expect([noRedis.exitCode, noRedis.stderr]).toEqual([2, expect.stringContaining("--redis redis://")]);
  const deadRedis = await cli(["verify", "--url", "http://127.0.0.1:9", "--redis", "redis://127.0.0.1:9"]);
  expect([deadRedis.exitCode, deadRedis.stderr]).toEqual([5, expect.stringContaining("does not answer")]);
  const promise = await cli(["verify", "--url", "http://127.0.0.1:9", "--consistency", "eventual"]);
  expect([promise.exitCode, promise.stderr]).toEqual([2, expect.stringContaining("read-your-writes")]);
  const twice = await cli(["verify", "rust-production", "--consistency", "read-your-writes"]);
  expect([twice.exitCode, twice.stderr]).toEqual([2, expect.stringContaining("--url")]);
});
