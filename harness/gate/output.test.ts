import { expect, test } from "vitest";
import { z } from "zod";
import { hostileText } from "../../report/testing/synthetic-result.ts";
import type { MemberResult } from "../core/gate/verdict.ts";
import { gateFormats } from "./formats.ts";
import { gateJunit } from "./junit.ts";
import { commentMarker, gateMarkdown } from "./markdown.ts";
import type { GateReport } from "./show.ts";

const change = { value: 1.2, low: 1.15, high: 1.25 };
const member = (more: Partial<MemberResult>): MemberResult => ({
  implementation: "go-production",
  metric: "p99",
  verdict: "pass",
  reason: null,
  base: 1_500,
  head: 1_800,
  headInterval: { kind: "t95", low: 1_700, high: 1_900 },
  change,
  confirmation: null,
  values: [],
  freshValues: [],
  pValue: 0.001,
  threshold: 0.111,
  noiseFloor: 0.02,
  rounds: 12,
  validRounds: 12,
  ...more,
});
const report: GateReport = {
  verdict: "regression",
  sentence: "Regression, found twice.",
  rounds: { planned: 12, measured: 9, confirmation: 12 },
  base: "main",
  head: ".",
  scenario: "mixed",
  notes: [],
  members: [
    member({ verdict: "regression", confirmation: { value: 1.18, low: 1.12, high: 1.24 } }),
    member({ metric: "throughput", change: { value: 0.99, low: 0.97, high: 1.01 } }),
    member({ metric: "coldStart", verdict: "inconclusive", reason: "may be up to 20.0 % worse, 11.1 % is the threshold" }),
    member({
      metric: "pssLoad",
      verdict: "unjudged",
      reason: "the set-up ends first",
      base: null,
      head: null,
      headInterval: null,
      change: null,
    }),
  ],
};

test("a comment begins with the marker by which the next one finds it, and has a row for each member", () => {
  const text = gateMarkdown(report);
  expect(text.startsWith(`${commentMarker}\n`)).toBe(true);
  expect(text).toContain("9 of 12 rounds were measured, and 12 fresh ones to confirm");
  // The fresh interval, and a threshold in the direction that is worse.
  expect(text).toMatch(/^\| go-production \| p99 \| .* \| \\\+18\.0 % \| \\\+12\.0 % to \\\+24\.0 % \| \\\+11\.1 % \| regression \|$/m);
  expect(text).toMatch(/^\| go-production \| throughput \| .* \| −1\.0 % \| .* \| −10\.0 % \| pass \|$/m);
  expect(text).toContain("cold start: inconclusive, may be up to");
});

test("a comment on nothing measured has no empty table", () => {
  expect(gateMarkdown({ ...report, members: [] })).not.toContain("|");
});

test("JUnit has a case for each member, failed or skipped by its verdict", () => {
  const xml = gateJunit(report);
  expect(xml).toContain('tests="4" failures="1" errors="0" skipped="2">');
  expect(xml).toMatch(/name="p99"><failure message="[^"<]*\+18\.0 %[^"<]*"\/>/);
  expect(xml).toMatch(/name="cold start"><skipped message="inconclusive: may be up to/);
  expect(xml.match(/<testcase /g)).toHaveLength(4);
});

/** Of junit-10.xsd of Jenkins' xunit plugin: what may lie in what, attributes that must be there, and those that may. */
const junitSchema: Readonly<Record<string, { in: string; must: readonly string[]; may: readonly string[] }>> = {
  testsuites: { in: "", must: [], may: ["name", "time", "tests", "failures", "errors"] },
  testsuite: { in: "testsuites", must: ["name", "tests", "failures", "errors"], may: ["skipped", "time", "timestamp", "id", "package"] },
  testcase: { in: "testsuite", must: ["name"], may: ["time", "classname", "group"] },
  failure: { in: "testcase", must: [], may: ["type", "message"] },
  skipped: { in: "testcase", must: [], may: ["type", "message"] },
  "system-out": { in: "testcase", must: [], may: [] },
};

test("JUnit keeps the schema by which Jenkins reads it", () => {
  const open: string[] = [];
  const closed: [string, string | undefined][] = [];
  const rest = gateJunit({ ...report, members: [...report.members, member({})] })
    .replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, "")
    .replaceAll(/<(\/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g, (_tag, closes, name, attributes, empty) => {
      if (closes) {
        closed.push([name, open.pop()]);
        return "";
      }
      const rule = junitSchema[name];
      const names = [...attributes.matchAll(/ ([\w-]+)=/g)].map((match) => match[1]);
      expect([name, open.at(-1) ?? ""]).toEqual([name, rule?.in]);
      expect(names).toEqual(expect.arrayContaining([...(rule?.must ?? [])]));
      expect([...(rule?.must ?? []), ...(rule?.may ?? [])]).toEqual(expect.arrayContaining(names));
      if (!empty) open.push(name);
      return "";
    });
  expect(open).toEqual([]);
  for (const [name, opened] of closed) expect(name).toBe(opened);
  expect(rest).not.toContain("<");
});

/** extractCustomBenchmarkResult and BenchmarkResult in src/extract.ts of github-action-benchmark, which refuses no entries at all. */
const actionBenchmarkFile = z
  .array(
    z.strictObject({ name: z.string(), value: z.number(), unit: z.string(), range: z.string().optional(), extra: z.string().optional() }),
  )
  .min(1);

function written(format: string, of: GateReport = report): ReadonlyMap<string, unknown> {
  const files = gateFormats[format]?.(of) ?? [];
  return new Map(files.map(({ name, content }) => [name, JSON.parse(String(content))]));
}

test("github-action-benchmark reads the rates from one file and the rest from another, without what was not judged", () => {
  const files = written("action-benchmark");
  expect(actionBenchmarkFile.parse(files.get("gate.bigger.json")).map(({ name }) => name)).toEqual(["go-production throughput"]);
  const smaller = actionBenchmarkFile.parse(files.get("gate.smaller.json"));
  expect(smaller.map(({ name }) => name)).toEqual(["go-production p99", "go-production cold start"]);
  expect(smaller[0]).toMatchObject({ value: 1.8, unit: "ms", range: "± 0.1" });
  expect([...written("action-benchmark", { ...report, members: [] }).keys()]).toEqual([]);
});

test("Bencher reads each figure with its bounds", () => {
  // bencher.dev/bmf.json; names are at most 1,024 characters for a benchmark, 64 for a measure (bencher.dev/docs/reference).
  const bmf = z.record(
    z.string().min(1).max(1_024),
    z.record(
      z.string().min(1).max(64),
      z.strictObject({ value: z.number(), lower_value: z.number().optional(), upper_value: z.number().optional() }),
    ),
  );
  expect(bmf.parse(written("bmf").get("gate.bmf.json"))).toEqual({
    "go-production mixed": {
      "p99 (ms)": { value: 1.8, lower_value: 1.7, upper_value: 1.9 },
      throughput: { value: 1_800, lower_value: 1_700, upper_value: 1_900 },
      "cold start (ms)": { value: 1_800, lower_value: 1_700, upper_value: 1_900 },
    },
  });
});

test("JSON holds the whole result", () => {
  expect(written("json").get("gate.json")).toEqual(report);
});

test("names and reasons become neither markup nor mentions nor control characters", () => {
  const hostile: GateReport = {
    ...report,
    base: hostileText,
    notes: [hostileText],
    members: [member({ verdict: "inconclusive", reason: hostileText })],
  };
  const [markdown, xml] = [gateMarkdown(hostile), gateJunit(hostile)];
  for (const text of [markdown, xml]) for (const wrong of ["\u001b", "\u202e", "<script", "<img"]) expect(text).not.toContain(wrong);
  expect(markdown).not.toContain("@you");
});

test("a comment stays within what is accepted as one", () => {
  const many = Array.from({ length: 2_000 }, (_, index) => member({ implementation: `service-${index}` }));
  const text = gateMarkdown({ ...report, members: many });
  expect(text.length).toBeLessThan(65_536);
  // The same text is the job's summary.
  expect(Buffer.byteLength(text)).toBeLessThan(1_048_576);
  expect(text).toContain("Regression, found twice.");
});
