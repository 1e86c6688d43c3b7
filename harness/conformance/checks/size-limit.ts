import { type Check, CheckFailure } from "../check.ts";
import { type Call, curl, exchange, expectStatus, expectValue, getKey, judgeStatus, pathOf, putKey } from "../http.ts";
import { chunked, Connection, encodeRequest, NoAnswer } from "../raw-http.ts";

/** MAX_VALUE_BYTES when it is not set. */
const limitBytes = 1_048_576;

export const sizeLimit: Check = {
  id: "size-limit",
  number: 10,
  title: "a value of MAX_VALUE_BYTES is stored, one byte more is 413, chunked too, and the client sees the answer",
  needs: "url",
  quick: true,
  async run(context) {
    const atLimit = Buffer.from(`"${"x".repeat(limitBytes - 2)}"`);
    const over = Buffer.concat([Buffer.from(" "), atLimit]);
    const inChunks = (key: string, body: Buffer): Call => ({
      method: "PUT",
      target: pathOf(key),
      headers: { "Transfer-Encoding": "chunked" },
      body: chunked(body, 5),
    });
    const [plain, pieces] = [context.newKey("limit"), context.newKey("limit")];
    await expectStatus(context, putKey(plain, atLimit), 204);
    await expectValue(context, plain, atLimit);
    await expectStatus(context, inChunks(pieces, atLimit), 204, "a chunked PUT");
    await expectValue(context, pieces, atLimit);

    for (const call of [putKey(context.newKey("over"), over), inChunks(context.newKey("over"), over)]) {
      await expectStatus(context, call, 413, call.headers === undefined ? "PUT" : "a chunked PUT");
      await expectStatus(context, getKey(decodeURIComponent(call.target.split("/").at(-1) ?? "")), 404, "GET after a 413");
    }
    await expectGoesOn(context, putKey(context.newKey("over"), over));
    await expectJudgedByHeader(context, context.newKey("over"));
  },
};

type Context = Parameters<Check["run"]>[0];

/** After a 413 the connection serves the next request, or is closed. */
async function expectGoesOn(context: Context, call: Call): Promise<void> {
  using connection = await Connection.open(context.origin, context.signal);
  const refused = await exchange(context, call, connection);
  judgeStatus(context, call, refused, 413);
  if (refused.headers.get("connection")?.toLowerCase() === "close") return;
  connection.send(encodeRequest("GET", "/livez"));
  const next = await connection.answer().catch((error: unknown) => error);
  const closed = next instanceof NoAnswer && connection.ended !== null;
  if (closed || (!(next instanceof Error) && (next as { status: number }).status === 200)) return;
  throw new CheckFailure(
    "after a 413 the connection neither goes on nor is closed",
    "200 to /livez, or the end",
    String(next),
    curl(context, call),
  );
}

/** A Content-Length over the limit is refused before the body comes. */
async function expectJudgedByHeader(context: Context, key: string): Promise<void> {
  using connection = await Connection.open(context.origin, context.signal);
  const call: Call = { method: "PUT", target: pathOf(key), headers: { "Content-Length": "10000000000" } };
  connection.send(encodeRequest(call.method, call.target, call.headers));
  const answer = await connection.answer({ timeoutMs: 2_000 }).catch((error: unknown) => String(error));
  if (typeof answer !== "string" && answer.status === 413) return;
  const seen = typeof answer === "string" ? answer : String(answer.status);
  throw new CheckFailure("a Content-Length of 10 GB is not refused before its body comes", "413", seen, curl(context, call));
}
