/** Checks as JUnit XML, which CI systems show: a suite for each service, a test case for each check. */
import { printable } from "../../report/printable.ts";
import type { CheckResult } from "./check.ts";
import type { Verified } from "./verified.ts";

export function renderJunit(verified: readonly Verified[]): string {
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...verified.flatMap(suite), "</testsuites>", ""].join("\n");
}

function suite(verified: Verified): string[] {
  const cases = "checks" in verified ? verified.checks.map((check) => checkCase(verified.service, check)) : [whole(verified)];
  const having = (tag: string): number => cases.filter((text) => text.includes(`<${tag} `)).length;
  const counts = `tests="${cases.length}" failures="${having("failure")}" skipped="${having("skipped")}"`;
  return [`  <testsuite name="${escape(verified.service)}" ${counts}>`, ...cases, "  </testsuite>"];
}

function whole(verified: Exclude<Verified, { checks: unknown }>): string {
  const inner =
    "failed" in verified ? `<failure message="${escape(verified.failed)}"/>` : `<skipped message="${escape(verified.skipped)}"/>`;
  return testCase(verified.service, "starts", 0, inner);
}

function checkCase(service: string, check: CheckResult): string {
  const name = `${check.number} ${check.id}: ${check.title}`;
  switch (check.outcome) {
    case "passed":
      return testCase(
        service,
        name,
        check.durationS,
        check.flaky === undefined ? "" : `<system-out>flaky: ${escape(check.flaky)}</system-out>`,
      );
    case "failed": {
      const details = [`expected ${check.expected}`, `seen ${check.seen}`, `again ${check.reproduce}`].map(escape).join("\n");
      return testCase(service, name, check.durationS, `<failure message="${escape(check.broke)}">${details}</failure>`);
    }
    case "waived":
      return testCase(service, name, 0, `<skipped message="${escape(`waived: ${check.declaration}`)}"/>`);
    case "skipped":
      return testCase(service, name, 0, `<skipped message="${escape(check.reason)}"/>`);
  }
}

function testCase(service: string, name: string, seconds: number, inner: string): string {
  return `    <testcase classname="${escape(service)}" name="${escape(name)}" time="${seconds}">${inner}</testcase>`;
}

/** Control characters have no place in XML at all: they are shown by their code. */
function escape(text: string): string {
  return printable(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
