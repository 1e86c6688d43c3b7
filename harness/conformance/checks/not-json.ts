import { type Check, CheckFailure } from "../check.ts";
import { curl, exchange, expectStatus, expectValue, putKey } from "../http.ts";

const texts = [
  "",
  " ",
  "{",
  "nope",
  "NaN",
  "Infinity",
  "[1,]",
  '{"a":1,}',
  "{'a':1}",
  "{a:1}",
  "01",
  "1.",
  ".5",
  "+1",
  "0x10",
  "truee",
  '{"a":1} x',
  "1 2",
  "\ufeff{}",
  '"\u0001"',
  '"tab\there"',
  '"\\x41"',
  '"\\u12"',
  "// c\n1",
  "\u00a01",
  '"open',
];
const invalidUtf8 = [
  [0x22, 0xff, 0x22],
  [0x22, 0xc0, 0xaf, 0x22],
  [0x22, 0xed, 0xa0, 0x80, 0x22],
  [0x22, 0xe2, 0x82, 0x22],
  [0x7b, 0, 0x7d, 0],
];
const bodies = [...texts.map((text) => Buffer.from(text)), ...invalidUtf8.map((bytes) => Buffer.from(bytes))];

export const notJson: Check = {
  id: "not-json",
  number: 9,
  title: "a body that is not JSON is 400 and nothing is stored; deep nesting crashes nothing",
  needs: "url",
  quick: true,
  async run(context) {
    for (const body of bodies) {
      const key = context.newKey("not-json");
      const call = putKey(key, body);
      await expectStatus(context, call, 400, "PUT of what is not JSON");
      if ((await context.redis.value(key)) === null) continue;
      throw new CheckFailure("a refused body was stored", "no key in Redis", `cache:${key}`, curl(context, call));
    }

    const [key, value] = [context.newKey("kept"), Buffer.from("1")];
    await expectStatus(context, putKey(key, value), 204);
    await expectStatus(context, putKey(key, "nope"), 400);
    await expectValue(context, key, value, "after a refused PUT, the body of GET");

    for (const levels of [513, 100_000]) {
      const call = putKey(context.newKey("deep"), `${"[".repeat(levels)}${"]".repeat(levels)}`);
      const { status } = await exchange(context, call);
      if (status !== 400 && status !== 204) {
        throw new CheckFailure(
          `${levels} levels of nesting are neither stored nor refused`,
          "400 or 204",
          String(status),
          curl(context, call),
        );
      }
    }
  },
};
