import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { curl, exchange, expectStatus, expectValue, getKey, netcat, pathOf, putKey, wrongAnswer } from "../http.ts";
import { Connection, encodeRequest, NoAnswer } from "../raw-http.ts";

const unfinished = 100;

export const slowClients: Check = {
  id: "slow-clients",
  number: 18,
  title: `${unfinished} unfinished requests do not stop others, and a request that comes byte by byte is served`,
  needs: "url",
  quick: true,
  alone: true,
  async run(context) {
    const open = (): Promise<Connection> => Connection.open(context.origin, context.signal);
    const slow = await Promise.all(Array.from({ length: unfinished }, open));
    try {
      const body = encodeRequest("PUT", pathOf(context.newKey("slow")), { "Content-Length": "100" }, Buffer.from('"never'));
      for (const [index, connection] of slow.entries()) connection.send(index % 2 === 0 ? body : "GET /v1/cache/never HTTP/1.1\r\nHost: ");
      await sleep(50);
      const [key, value] = [context.newKey("quick"), Buffer.from('"quick"')];
      await whileOthersWait(context, () => expectStatus(context, putKey(key, value), 204));
      await whileOthersWait(context, () => expectValue(context, key, value));
    } finally {
      for (const connection of slow) connection[Symbol.dispose]();
    }
    await expectBytewise(context);
  },
};

async function whileOthersWait(context: CheckContext, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    const again = `${unfinished} times: ${netcat(context, 'PUT /v1/cache/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"never')} &; ${error.reproduce}`;
    throw new CheckFailure(`${unfinished} unfinished requests stop others`, error.expected, error.seen, again, error.mayBeHiccup);
  }
}

async function expectBytewise(context: CheckContext): Promise<void> {
  const [key, value] = [context.newKey("bytewise"), Buffer.from('"b"')];
  using connection = await Connection.open(context.origin, context.signal);
  for (const byte of encodeRequest("PUT", pathOf(key), {}, value)) {
    connection.send(Buffer.of(byte));
    await sleep(0);
  }
  const [broke, again] = ["a PUT that comes byte by byte is not served", curl(context, putKey(key, value))];
  const answer = await connection.answer().catch((error: unknown) => {
    throw error instanceof NoAnswer ? new CheckFailure(broke, "204", error.message, again) : error;
  });
  if (answer.status !== 204) throw wrongAnswer(broke, "204", answer, again);
  await exchange(context, getKey(key));
  await expectValue(context, key, value);
}
