/** The harness's hot paths, by tinybench: what an agent does for every request, and what it draws before. */
import { Bench } from "tinybench";
import { table } from "../commands/output.ts";
import { buildStream, type CacheWorkload, StreamCursor, valueTemplates } from "../core/workload.ts";
import { Microseconds } from "../load/microseconds.ts";
import { ResponseParser } from "../load/response-parser.ts";

const workload: CacheWorkload = {
  kind: "cache",
  operations: { get: 0.7, put: 0.3, delete: 0 },
  keys: { count: 10_000, choice: { kind: "zipf", exponent: 0.99 } },
  valueSize: { kind: "fixed", bytes: 256 },
};

export async function benchHotPaths(): Promise<string> {
  const bench = new Bench({ time: 300, warmupTime: 100 });
  const templates = valueTemplates(workload, 1);
  const cursor = new StreamCursor(200_000, { agent: 0, agents: 1 });
  const times = new Microseconds();
  const body = templates.document(0, 7, 1);
  const answer = Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Cache: L1\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const parser = new ResponseParser();
  let us = 0;
  bench
    .add("next entry of the stream", () => cursor.entry())
    .add("a value of 256 bytes with its version", () => templates.document(0, 7, cursor.version()))
    .add("one time into the histogram", () => times.record((us = (us + 97) % 10_000)))
    .add("one answer of 256 bytes parsed", () => {
      parser.reset();
      parser.push(answer, answer.length);
    })
    .add("a stream of 20,000 entries drawn", () => buildStream(workload, 1, 20_000));
  await bench.run();
  const rows = bench.tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`${name} did not complete`);
    return [name, (result.latency.p50 * 1e6).toFixed(0), `±${result.latency.rme.toFixed(1)} %`];
  });
  return table(["HOT PATH", "MEDIAN NS", "MARGIN"], rows);
}
