import { expect, test } from "vitest";
import { renderJunit } from "./junit.ts";

const about = { id: "keys", number: 8, title: "a key is <UTF-8>" };

test("JUnit XML has a suite for each service and tells failed, waived and flaky checks apart", () => {
  const xml = renderJunit([
    {
      service: "mine",
      checks: [
        { ...about, outcome: "passed", durationS: 0.5, flaky: "late once" },
        { ...about, outcome: "failed", durationS: 1, broke: "wrong", expected: "400", seen: "204", reproduce: "curl 'http://a/?a&b'" },
        { ...about, outcome: "waived", declaration: "the manifest declares invalidation: false" },
        { ...about, outcome: "skipped", reason: "needs launches of its own" },
      ],
    },
    { service: "absent", skipped: "Rust is not installed" },
    { service: "broken", failed: "does not build" },
  ]);
  expect(xml).toContain('<testsuite name="mine" tests="4" failures="1" skipped="2">');
  expect(xml).toContain('name="8 keys: a key is &lt;UTF-8&gt;" time="0.5"><system-out>flaky: late once</system-out>');
  expect(xml).toContain("<failure message=\"wrong\">expected 400\nseen 204\nagain curl 'http://a/?a&amp;b'</failure>");
  expect(xml).toContain('<skipped message="waived: the manifest declares invalidation: false"/>');
  expect(xml).toContain('<testsuite name="absent" tests="1" failures="0" skipped="1">');
  expect(xml).toContain('<testsuite name="broken" tests="1" failures="1" skipped="0">');
});

test("what a service answered cannot break the XML", () => {
  const xml = renderJunit([{ service: "mine", failed: '\u0000\u001b[31m"<![CDATA[' }]);
  expect(xml).toContain('message="\\u{0}\\u{1b}[31m&quot;&lt;![CDATA["');
});
