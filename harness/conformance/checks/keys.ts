import { type Check, CheckFailure } from "../check.ts";
import { type Call, curl, exchange, expectStatus, preview } from "../http.ts";
import { redisCli } from "../redis.ts";

/** Segments of the path and the key that each names: percent-decoded once. "#" stands for letters that make the key new. */
const accepted: readonly (readonly [segment: string, key: string])[] = [
  ["%C3%BC-%F0%9F%98%80-#", "\u00fc-\u{1f600}-#"],
  ["a%2Fb-#", "a/b-#"],
  ["%2541-#", "%41-#"],
  ["a+b-#", "a+b-#"],
  ["a%20b-#", "a b-#"],
  ["%3Fttl%3D1-#", "?ttl=1-#"],
  ["a:b;c=d,e@f-#", "a:b;c=d,e@f-#"],
  ["%c3%bc-lower-#", "\u00fc-lower-#"],
  [`#${"k".repeat(240)}`, `#${"k".repeat(240)}`],
  [`#${"%C3%BC".repeat(120)}`, `#${"\u00fc".repeat(120)}`],
];

/** Each with the reason why it is no key. */
const refused: readonly (readonly [segment: string, why: string])[] = [
  ["k".repeat(251), "251 bytes"],
  ["%C3%BC".repeat(126), "252 bytes in 126 characters"],
  ["%", "broken escape"],
  ["%4", "broken escape"],
  ["%zz", "broken escape"],
  ["a%2", "broken escape"],
  ["%FF", "not UTF-8"],
  ["%C0%AF", "overlong UTF-8"],
  ["%ED%A0%80", "a surrogate in UTF-8"],
  ["%C3", "cut UTF-8"],
];

const routes = ["/v1/cache/", "/v1/cache", "/v1/cache/a/b", "/v1/cache//a", "/v1/cache/a/"];

export const keys: Check = {
  id: "keys",
  number: 8,
  title: "a key is 1 to 250 bytes of UTF-8, percent-decoded once; an encoded slash is part of it",
  needs: "url",
  quick: true,
  async run(context) {
    const value = Buffer.from('"k"');
    for (const [segment, pattern] of accepted) {
      // Ten bytes, so that the long ones are 250.
      const unique = context.newKey("k").replaceAll(/\W/g, "").slice(-10).padStart(10, "k");
      const [target, key] = [`/v1/cache/${segment.replace("#", unique)}?ttl=60`, pattern.replace("#", unique)];
      const put: Call = { method: "PUT", target, body: value };
      await expectStatus(context, put, 204);
      if ((await context.redis.value(key)) === null) {
        const again = `${curl(context, put)}; ${redisCli(context, `--scan --pattern '*${unique}*'`)}`;
        throw new CheckFailure("a key is stored under another name", `cache:${key}`, "no such key", again);
      }
      const { body } = await expectStatus(context, { method: "GET", target }, 200);
      if (!body.equals(value))
        throw new CheckFailure("GET gives another value", preview(value), preview(body), curl(context, { method: "GET", target }));
    }
    for (const [segment, why] of refused) {
      for (const call of [
        { method: "GET", target: `/v1/cache/${segment}` },
        { method: "PUT", target: `/v1/cache/${segment}`, body: value },
      ]) {
        await expectStatus(context, call, 400, `${call.method} of a key that is no key (${why})`);
      }
    }
    for (const target of routes) {
      const call = { method: "GET", target };
      const { status } = await exchange(context, call);
      if (status !== 404) throw new CheckFailure(`${target} is taken for a key`, "404, another route", String(status), curl(context, call));
    }
  },
};
