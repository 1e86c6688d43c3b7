/**
 * The result as JUnit XML: a test case for each member, failed where it is a regression, skipped where nothing could be
 * said. Elements and attributes are those of junit-10.xsd (Jenkins' xunit plugin), which GitLab reads too.
 */
import { escapeHtml } from "../../report/html/markup.ts";
import { printable } from "../../report/printable.ts";
import { metrics } from "../core/metrics.ts";
import type { MemberResult } from "../core/gate/verdict.ts";
import { type GateReport, tableHead, tableRow } from "./show.ts";

export function gateJunit(report: GateReport): string {
  const count = (...verdicts: readonly MemberResult["verdict"][]): number =>
    report.members.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const counts = `tests="${report.members.length}" failures="${count("regression")}" errors="0"`;
  const cases = report.members.map((member) => {
    const name = `classname="gate.${xml(member.implementation)}" name="${xml(metrics[member.metric].title)}"`;
    return `    <testcase ${name}>${outcome(member)}</testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="cache-bench gate" ${counts} skipped="${count("inconclusive", "unjudged")}">`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function outcome(member: MemberResult): string {
  const row = tableRow(member);
  const facts = tableHead.map((title, index) => `${title}: ${row[index]}`).join("; ");
  if (member.verdict === "regression") return `<failure message="${xml(facts)}"/>`;
  if (member.verdict === "pass") return `<system-out>${xml(facts)}</system-out>`;
  return `<skipped message="${xml(`${member.verdict}: ${member.reason ?? ""}`)}"/>`;
}

/** Control characters have no place in XML, not even as references. */
function xml(text: string): string {
  return escapeHtml(printable(text));
}
