import { randomInt } from "node:crypto";
import type { Check } from "../check.ts";
import { expectHeader, expectStatus, expectValue, getKey, putKey } from "../http.ts";

/** JSON on which libraries disagree, white space that a re-serialising service would lose, and the largest nesting promised. */
export const unusualJson: readonly string[] = [
  '{"a":1}',
  "null",
  "7",
  ' {"b" :\t[1 , 2]}\r\n',
  '"\\ud800"',
  "1e999",
  "9007199254740993",
  "-0.0",
  "1".repeat(5_000),
  '{"k":1,"k":2}',
  '"gr\u00fc\u00df \u{1f600} \u2028"',
  '"\\u0000"',
  `${"[".repeat(512)}${"]".repeat(512)}`,
];

export const roundTrip: Check = {
  id: "round-trip",
  number: 1,
  title: "what PUT stores, GET gives back byte for byte, as application/json",
  needs: "url",
  quick: true,
  async run(context) {
    const random = [2, 30, 1_000, 20_000, 300_000].map((bytes) => randomJson(randomInt(bytes, bytes * 2)));
    for (const text of [...unusualJson, ...random]) {
      const [key, value] = [context.newKey("round-trip"), Buffer.from(text)];
      await expectStatus(context, putKey(key, value), 204);
      // From Redis the first time or not, from L1 the second.
      for (const what of ["the body of GET", "the body of a second GET"]) {
        const answer = await expectValue(context, key, value, what);
        expectHeader(context, getKey(key), answer, "Content-Type", "application/json");
      }
    }
  },
};

/** Objects and arrays of all kinds of values, as deep as they come, with white space wherever it may stand. */
function randomJson(bytes: number): string {
  if (bytes < 40) return randomScalar();
  const members: string[] = [];
  const isObject = randomInt(2) === 0;
  for (let left = bytes; left > 0;) {
    const value = randomJson(randomInt(Math.max(2, Math.floor(left * 0.7))));
    const member = isObject ? `${randomString()}${space()}:${space()}${value}` : value;
    members.push(space() + member + space());
    left -= Buffer.byteLength(member) + 1;
  }
  return isObject ? `{${members.join(",")}}` : `[${members.join(",")}]`;
}

const characters = ["a", "Z", "0", " ", "/", "<", "\u00e9", "\u0416", "\u20ac", "\u{1f680}", "\\n", '\\"', "\\u00e9"];
const spaces = ["", "", "", " ", "\n  ", "\t"];
const digits = (): string => String(randomInt(1, 2 ** 40));

const pick = <T>(from: readonly T[]): T => from[randomInt(from.length)] as T;
const space = (): string => pick(spaces);
const randomString = (): string => `"${Array.from({ length: randomInt(24) }, () => pick(characters)).join("")}"`;
const randomNumber = (): string => `${pick(["", "-"])}${digits()}${pick(["", `.0${digits()}`])}${pick(["", "e5", "E-07"])}`;
const randomScalar = (): string => pick([randomString, randomString, randomNumber, () => pick(["true", "false", "null", "{}", "[]"])])();
