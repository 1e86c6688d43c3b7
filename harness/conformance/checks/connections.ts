import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { type Call, curl, exchange, expectStatus, getKey, judgeStatus, netcat, pathOf, putKey, wrongAnswer } from "../http.ts";
import { type Answer, Connection, encodeRequest, NoAnswer } from "../raw-http.ts";

export const connections: Check = {
  id: "connections",
  number: 18,
  title: "connections are kept alive, pipelined requests take effect and are answered in order, Connection: close closes",
  needs: "url",
  quick: true,
  async run(context) {
    await expectKeptAlive(context);
    await expectPipelined(context);
    await expectClosed(context);
  },
};

async function expectKeptAlive(context: CheckContext): Promise<void> {
  using connection = await Connection.open(context.origin, context.signal);
  const key = context.newKey("kept-alive");
  // Errors too leave the connection usable.
  const calls: readonly (readonly [Call, number])[] = [
    [getKey(key), 404],
    [putKey(key, "nope"), 400],
    [putKey(key, "1"), 204],
    [getKey(key), 200],
    [{ method: "POST", target: pathOf(key) }, 405],
    [{ method: "GET", target: "/livez" }, 200],
  ];
  for (const [call, status] of calls)
    judgeStatus(context, call, await exchange(context, call, connection), status, `on a connection that is kept, ${call.method}`);
}

/** Writes between reads, all in one piece: each read sees what was written just before it (RFC 9112, 9.3.2). */
async function expectPipelined(context: CheckContext): Promise<void> {
  const key = context.newKey("pipelined");
  const versions = Array.from({ length: 10 }, (_, version) => `{"version":${version}}`);
  const calls = versions.flatMap((version) => [putKey(key, version), getKey(key)]);
  const bytes = Buffer.concat(calls.map(({ method, target, headers, body }) => encodeRequest(method, target, headers, body)));
  using connection = await Connection.open(context.origin, context.signal);
  connection.send(bytes);
  const again = netcat(context, bytes.toString("latin1", 0, 400));
  for (const version of versions) {
    await pipelinedAnswer(connection, 204, "", again);
    await pipelinedAnswer(connection, 200, version, again);
  }
}

async function pipelinedAnswer(connection: Connection, status: number, body: string, again: string): Promise<void> {
  let answer: Answer;
  try {
    answer = await connection.answer();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new CheckFailure("a pipelined request has no answer", String(status), error.message, again);
  }
  if (answer.status === status && answer.body.equals(Buffer.from(body))) return;
  throw wrongAnswer("pipelined requests are not done and answered in order", `${status} ${body}`.trimEnd(), answer, again);
}

async function expectClosed(context: CheckContext): Promise<void> {
  using connection = await Connection.open(context.origin, context.signal);
  const call: Call = { method: "GET", target: "/livez", headers: { Connection: "close" } };
  judgeStatus(context, call, await exchange(context, call, connection), 200);
  if (!(await connection.closes(1_000)))
    throw new CheckFailure(
      "Connection: close is not honoured",
      "the server closes after its answer",
      "still open after 1 s",
      curl(context, call),
    );
  await expectStatus(context, { method: "GET", target: "/livez" }, 200);
}
