import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { syntheticResult } from "../../report/testing/synthetic-result.ts";
import type { Trend } from "../core/trend.ts";
import { newWorkspace } from "../testing/cli.ts";

const result = syntheticResult({ services: [{ id: "go-production", language: "go", slowness: 1 }] });

test("trend adds a run to the committed baselines, marks a change of level, and ends with 0", async () => {
  const { folder, cli } = newWorkspace();
  writeFileSync(join(folder, "result.json"), JSON.stringify(result));
  const first = await cli(["trend", "./result.json"]);
  expect(first.exitCode, first.stderr).toBe(0);
  const file = first.stderr.trim();
  expect(file).toBe(join("results", "baselines", file.split("/").at(-2) ?? "", `${result.tool.commit}.json`));

  // Fifteen nights more, the last eight of which use twice the processor time.
  const baseline = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const { cpuPerOperation } = baseline.cells[0].figures;
  for (let night = 1; night <= 15; night++) {
    const value = cpuPerOperation.value * (night > 7 ? 2 : 1) * (1 + (night % 3) / 100);
    const cells = [{ ...baseline.cells[0], figures: { ...baseline.cells[0].figures, cpuPerOperation: { ...cpuPerOperation, value } } }];
    const commit = `abc00${String(night).padStart(2, "0")}`;
    const startedAt = new Date(Date.parse(baseline.startedAt) + night * 86_400_000).toISOString();
    const text = JSON.stringify({ ...baseline, cells, commit, startedAt });
    writeFileSync(join(folder, file.replace(/[^/]+$/, `${commit}.json`)), text);
  }
  const { exitCode, stdout } = await cli(["trend"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/go-production .* CPU per op +16 .* abc0008 \+100\.\d %\n/);
  const trends: Trend[] = JSON.parse((await cli(["trend", "--json"])).stdout);
  expect(trends.filter(({ changes }) => changes.length > 0).map(({ metric }) => metric)).toEqual(["cpuPerOperation"]);
  expect(JSON.parse((await cli(["list", "baselines", "--json"])).stdout)).toHaveLength(16);
});

test("a run that no commit describes is refused with the cure, and a file that is no baseline is named", async () => {
  const { folder, cli } = newWorkspace();
  writeFileSync(join(folder, "result.json"), JSON.stringify({ ...result, tool: { ...result.tool, commit: "0123456789ab+" } }));
  const refused = await cli(["trend", "./result.json"]);
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringMatching(/no commit says what.*\n.*commit the changes/)]);
  mkdirSync(join(folder, "results", "baselines", "m"), { recursive: true });
  writeFileSync(join(folder, "results", "baselines", "m", "abc.json"), "{}");
  const wrong = await cli(["trend"]);
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining("results/baselines/m/abc.json: schemaVersion")]);
});
