import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import {
  curl,
  exchange,
  expectHeader,
  expectStatus,
  expectValue,
  getKey,
  headKey,
  judgeStatus,
  pathOf,
  putKey,
  untilInL1,
} from "../http.ts";
import { Connection } from "../raw-http.ts";

const allowed = ["GET", "HEAD", "PUT", "DELETE"];

export const methods: Check = {
  id: "methods",
  number: 18,
  title: "HEAD is GET without a body, another method is 405 with Allow, another route 404",
  needs: "url",
  quick: true,
  async run(context) {
    const [key, value] = [context.newKey("methods"), Buffer.from('{"length":13}')];
    await expectStatus(context, headKey(context.newKey("absent")), 404);
    await expectStatus(context, putKey(key, value), 204);
    await expectValue(context, key, value);
    await expectSameHead(context, key);

    for (const method of ["POST", "PATCH", "OPTIONS"]) {
      const call = { method, target: pathOf(key), ...(method === "OPTIONS" ? {} : { body: Buffer.from("1") }) };
      const { headers } = await expectStatus(context, call, 405);
      const allow = (headers.get("allow") ?? "")
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean);
      if (allow.toSorted().join() === allowed.toSorted().join()) continue;
      throw new CheckFailure(
        `a 405 does not say what is allowed`,
        `Allow: ${allowed.join(", ")}`,
        allow.join(", ") || "no Allow",
        curl(context, call),
      );
    }
    await expectValue(context, key, value, "after requests that are not allowed, the body of GET");
    for (const target of ["/", "/v1", "/v1/cached/k", "/favicon.ico"]) {
      const call = { method: "GET", target };
      const { status } = await exchange(context, call);
      if (status !== 404) throw new CheckFailure("a path that is no route is not 404", "404", String(status), curl(context, call));
    }
  },
};

async function expectSameHead(context: CheckContext, key: string): Promise<void> {
  // On one connection: X-Cache is that of one worker, and another may not have the key yet.
  using connection = await Connection.open(context.origin, context.signal);
  await untilInL1(context, key, connection);
  const got = await exchange(context, getKey(key), connection);
  judgeStatus(context, getKey(key), got, 200);
  const head = await exchange(context, headKey(key), connection);
  judgeStatus(context, headKey(key), head, 200);
  for (const name of ["Content-Type", "Content-Length", "X-Cache"]) {
    const same = got.headers.get(name.toLowerCase());
    if (same !== undefined) expectHeader(context, headKey(key), head, name, same);
  }
}
