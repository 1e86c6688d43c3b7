import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext } from "../check.ts";
import { type Call, curl, deleteKey, exchange, getKey, judgeStatus, preview, putKey, wrongAnswer } from "../http.ts";
import { Connection } from "../raw-http.ts";

/** Enough that the kernel spreads them over several workers. */
const connectionCount = 8;
const rounds = 40;

/** What "bounded" means: as long as a write by another instance may take (rule 4), ms. */
export const stalenessBoundMs = 100;

export const readYourWrites: Check = {
  id: "read-your-writes",
  number: 3,
  title: "what one connection wrote, every other reads at once, or within the declared bound",
  needs: "url",
  quick: true,
  async run(context) {
    const connections = await Promise.all(Array.from({ length: connectionCount }, () => Connection.open(context.origin, context.signal)));
    try {
      const key = context.newKey("own-write");
      for (let round = 0; round < rounds; round++) {
        // Every fourth write is a DELETE.
        const value = round % 4 === 3 ? null : Buffer.from(`{"round":${round}}`);
        const write = value === null ? deleteKey(key) : putKey(key, value);
        judgeStatus(context, write, await exchange(context, write, connections[round % connectionCount]), 204);
        if (context.consistency === "bounded-staleness") await sleep(stalenessBoundMs);
        await Promise.all(connections.map((reader) => expectNew(context, write, reader, key, value)));
      }
    } finally {
      for (const connection of connections) connection[Symbol.dispose]();
    }
  },
};

async function expectNew(context: CheckContext, write: Call, reader: Connection, key: string, value: Buffer | null): Promise<void> {
  const call = getKey(key);
  const answer = await exchange(context, call, reader);
  if (value === null ? answer.status === 404 : answer.status === 200 && answer.body.equals(value)) return;
  const bound = context.consistency === "bounded-staleness" ? ` ${stalenessBoundMs} ms after the ${write.method}` : "";
  const again = `several times, on connections that are kept: ${curl(context, write)}; ${curl(context, call)}`;
  const expected = value === null ? "404" : preview(value);
  throw wrongAnswer(`a connection reads an older value${bound}`, expected, answer, again);
}
