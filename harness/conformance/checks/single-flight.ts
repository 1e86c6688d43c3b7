import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { curl, exchange, getKey, wrongAnswer } from "../http.ts";
import { readMetrics, workersOf } from "../metrics.ts";
import { Connection } from "../raw-http.ts";
import { countReads, foreignSet, redisCli, whilePaused } from "../redis.ts";

const concurrent = 1_000;
/** Without a pause, a service with no single flight could have the value in L1 before the second request is there. */
const pauseMs = 150;
const value = Buffer.from('"wanted by all"');

export const singleFlight: Check = {
  id: "single-flight",
  number: 13,
  title: `${concurrent} concurrent GETs of a cold key cost at most two reads a worker`,
  needs: "redis-control",
  alone: true,
  timeCritical: true,
  waivedBy: "singleFlight",
  async run(context) {
    const workers = workersOf(await readMetrics(context));
    const key = context.newKey("stampede");
    const call = getKey(key);
    const connections = await openMany(context);
    try {
      await foreignSet(context, key, value);
      const before = await countReads(context.redis, "value");
      const answers = await whilePaused(context, pauseMs, () =>
        Promise.all(connections.map((connection) => exchange(context, call, connection))),
      );
      const reads = (await countReads(context.redis, "value")) - before;

      const again = `${redisCli(context, `client pause ${pauseMs} all`)}; ${concurrent} times at once: ${curl(context, call)}; ${redisCli(context, "info commandstats")}`;
      const wrong = answers.find(({ status, body }) => status !== 200 || !body.equals(value));
      if (wrong !== undefined) throw wrongAnswer("a concurrent GET of a cold key gives a wrong answer", "200 and its value", wrong, again);
      if (reads > 2 * workers)
        throw new CheckFailure("concurrent misses of a key each ask Redis", `at most ${2 * workers} reads`, `${reads} reads`, again);
    } finally {
      for (const connection of connections) connection[Symbol.dispose]();
    }
  },
};

/** In batches that any listener's backlog takes. */
async function openMany({ origin, signal }: CheckContext): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < concurrent)
    connections.push(...(await Promise.all(Array.from({ length: 100 }, () => Connection.open(origin, signal)))));
  return connections;
}
