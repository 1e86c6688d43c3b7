import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { keyPrefix } from "../../redis/admin.ts";
import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { type Call, curl, deleteKey, exchange, expectStatus, getKey, preview, putKey } from "../http.ts";
import { Connection } from "../raw-http.ts";
import { foreignSet } from "../redis.ts";
import { stalenessBoundMs } from "./read-your-writes.ts";

/** 240 final writes: two may be late at p99. */
const [rounds, keysPerRound] = [12, 20];
/** Of a key in a burst: a read that fills L1 must often be under way when the next write comes. */
const writesPerBurst = 3;
const readers = 4;

/** Somebody else who writes: another instance, or Redis's own clients. */
interface Writer {
  readonly name: string;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

export const freshElsewhere: Check = {
  id: "fresh-elsewhere",
  number: 4,
  title: `what another instance wrote is served within ${stalenessBoundMs} ms at p99, while both are read and written`,
  needs: "url",
  alone: true,
  timeCritical: true,
  waivedBy: "invalidation",
  async run(context) {
    if (context.launch === null) return observe(context, foreignWriter(context));
    await using other = await context.launch();
    // Awaited here: the other instance ends when this function returns.
    await observe(context, instanceWriter({ ...context, origin: other.origin }));
  },
};

async function observe(context: CheckContext, writer: Writer): Promise<void> {
  const stale: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const keys = Array.from({ length: keysPerRound }, () => context.newKey("elsewhere"));
    const last = round % 3 === 2 ? null : `{"write":${writesPerBurst}}`;
    const burst = new AbortController();
    const reading = Array.from({ length: readers }, () => readUntil(context, keys, burst.signal));
    const writing = Promise.all(keys.map((key) => writeBurst(writer, key, last))).finally(() => burst.abort());
    await Promise.all([writing, ...reading]);
    await sleep(stalenessBoundMs, undefined, context);
    for (const key of keys) {
      const { status, body } = await exchange(context, getKey(key));
      if (last === null ? status !== 404 : status !== 200 || !body.equals(Buffer.from(last)))
        stale.push(`${status} ${preview(body)} instead of ${last ?? "404"}`);
    }
  }
  const writes = rounds * keysPerRound;
  if (stale.length <= writes / 100) return;
  const call: Call = getKey("k");
  const again = `${curl(context, call)}, again and again, while ${writer.name} does PUT and DELETE of the same key`;
  throw new CheckFailure(
    `${stalenessBoundMs} ms after ${writer.name} wrote, reads are older`,
    `at most ${Math.floor(writes / 100)} of ${writes}`,
    `${stale.length}, as in ${stale[0]}`,
    again,
  );
}

async function readUntil(context: CheckContext, keys: readonly string[], end: AbortSignal): Promise<void> {
  using connection = await Connection.open(context.origin, context.signal);
  while (!end.aborted) await exchange(context, getKey(keys[randomInt(keys.length)] ?? ""), connection);
}

async function writeBurst(writer: Writer, key: string, last: string | null): Promise<void> {
  for (let write = 1; write <= writesPerBurst; write++) {
    await sleep(randomInt(10));
    if (write === writesPerBurst && last === null) await writer.delete(key);
    else await writer.put(key, `{"write":${write}}`);
  }
}

const instanceWriter = (other: CheckContext): Writer => ({
  name: "another instance",
  put: async (key, value) => void (await expectStatus(other, putKey(key, value), 204)),
  delete: async (key) => void (await expectStatus(other, deleteKey(key), 204)),
});

const foreignWriter = (context: CheckContext): Writer => ({
  name: "another client of Redis",
  put: (key, value) => foreignSet(context, key, value),
  delete: async (key) => void (await context.control.del(keyPrefix + key)),
});
