/** cost and claims as a user calls them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { syntheticResult } from "../../report/testing/synthetic-result.ts";
import { defaultPrices } from "../core/cost-prices.ts";
import { newWorkspace } from "../testing/cli.ts";

const result = syntheticResult({
  services: [
    { id: "rust-production", language: "rust", slowness: 1, figures: { throughput: "bounded" } },
    { id: "python-production", language: "python", slowness: 5 },
  ],
});

function workspace() {
  const { cli, folder } = newWorkspace();
  writeFileSync(join(folder, "result.json"), JSON.stringify(result));
  return { cli, folder };
}

test("cost prints the cheapest bill of each service, and says what is an estimate and what a bound", async () => {
  const { exitCode, stdout, stderr } = await workspace().cli(["cost", "./result.json", "--ops", "100000"]);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/Rust +at least 1\d\d,\d00 +2 x c6g\.medium +\$50/);
  expect(stdout).toMatch(/Python +2\d,\d00 +\d x c6g\.\w+ +\$\d+/);
  expect(stdout).toContain("An estimate: scaled by vCPU from 1 CPU");
  expect(stdout).toContain("capacity is a lower bound");
});

test("cost and report take another price list, checked by its schema", async () => {
  const { cli, folder } = workspace();
  const own = { ...defaultPrices, source: "ours", types: [{ ...defaultPrices.types[0], name: "own.box", dollarsPerHour: 1 }] };
  writeFileSync(join(folder, "prices.json"), JSON.stringify(own));
  const { stdout } = await cli(["cost", "./result.json", "--prices", "prices.json", "--json"]);
  const [rust] = JSON.parse(stdout).scenarios[0].services;
  expect(rust.estimates).toEqual([expect.objectContaining({ type: "own.box", dollarsPerMonth: 1_460, limitedBy: "two at least" })]);
  const report = await cli(["report", "./result.json", "--prices", "prices.json", "--format", "html,md"]);
  expect(report.exitCode, report.stderr).toBe(0);
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain('<option value="own.box">own.box</option>');
  expect(readFileSync(join(folder, "report.md"), "utf8")).toMatch(/Prices: ours, .*\n/);
  writeFileSync(join(folder, "prices.json"), JSON.stringify({ ...own, types: [{ ...own.types[0], dollarPerHour: 1 }] }));
  const wrong = await cli(["cost", "./result.json", "--prices", "prices.json"]);
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean "dollarsPerHour"?')]);
});

test("cost refuses a time without a unit and a share above 1", async () => {
  const { cli } = workspace();
  const time = await cli(["cost", "./result.json", "--p99", "10"]);
  expect([time.exitCode, time.stderr]).toEqual([2, expect.stringContaining("as in 10ms, 500us or 1s")]);
  const share = await cli(["cost", "./result.json", "--utilisation", "70"]);
  expect([share.exitCode, share.stderr]).toEqual([2, expect.stringContaining("as in 0.7")]);
});

test("claims prints each claim with its verdict, and holds the same as JSON", async () => {
  const { cli } = workspace();
  const text = await cli(["claims", "./result.json"]);
  expect(text.exitCode, text.stderr).toBe(0);
  expect(text.stdout).toMatch(/contradicts itself +Rust: throughput, p50 and p99 at 1,000 connections/);
  expect(text.stdout).toMatch(/not testable here +Go: p99: 3\.2 ms/);
  const json = JSON.parse((await cli(["claims", "./result.json", "--json"])).stdout);
  expect(json.counts["contradicts itself"]).toBe(7);
  expect(json.groups.map(({ id }: { id: string }) => id)).toContain("bill");
});
