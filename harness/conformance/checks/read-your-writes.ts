import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { type Call, curl, exchange, getKey, judgeStatus, preview, putKey } from "../http.ts";
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
        const value = Buffer.from(`{"round":${round}}`);
        const writer = connections[round % connectionCount];
        const put = putKey(key, value);
        judgeStatus(context, put, await exchange(context, put, writer), 204);
        if (context.consistency === "bounded-staleness") await sleep(stalenessBoundMs);
        await Promise.all(connections.map((reader) => expectNew(context, getKey(key), reader, value)));
      }
    } finally {
      for (const connection of connections) connection[Symbol.dispose]();
    }
  },
};

async function expectNew(context: CheckContext, call: Call, reader: Connection, value: Buffer): Promise<void> {
  const { status, body } = await exchange(context, call, reader);
  if (status === 200 && body.equals(value)) return;
  const bound = context.consistency === "bounded-staleness" ? ` ${stalenessBoundMs} ms after the PUT` : "";
  const again = `several times, on connections that are kept: ${curl(context, putKey("own-write", value))}; ${curl(context, call)}`;
  throw new CheckFailure(`a connection reads an older value${bound}`, preview(value), `${status} ${preview(body)}`, again);
}
