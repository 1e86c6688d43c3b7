import { expect, test } from "vitest";
import { hostileText } from "../../report/testing/synthetic-result.ts";
import type { MemberResult } from "../core/gate/verdict.ts";
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
  change,
  confirmation: null,
  pValue: 0.001,
  threshold: 0.111,
  noiseFloor: 0.02,
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
    member({ metric: "pssLoad", verdict: "unjudged", reason: "the set-up ends first", base: null, head: null, change: null }),
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

test("JUnit has a case for each member, failed or skipped by its verdict", () => {
  const xml = gateJunit(report);
  expect(xml).toContain('<testsuites tests="4" failures="1" errors="0" skipped="2">');
  expect(xml).toMatch(/name="p99"><failure message="[^"<]*\+18\.0 %[^"<]*"\/>/);
  expect(xml).toMatch(/name="cold start"><skipped message="inconclusive: may be up to/);
  expect(xml.match(/<testcase /g)).toHaveLength(4);
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
  expect(text).toContain("Regression, found twice.");
});
