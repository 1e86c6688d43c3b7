import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { loadMeasurementSchema } from "../core/measurement.ts";
import { buildStream, initialValue, keyName, parseDocument, valueTemplates, type CacheWorkload } from "../core/workload.ts";
import { decodeHistogram } from "../core/histogram.ts";
import { closedLoop, failures, imbalance, measureOnce, startTestGenerator } from "./testing/generators.ts";
import { httpServer, rawServer, silentServer, wholeBody } from "./testing/servers.ts";

const workload: CacheWorkload = {
  kind: "cache",
  operations: { get: 0.6, put: 0.3, delete: 0.1 },
  keys: { count: 500, choice: { kind: "zipf", exponent: 0.99 } },
  valueSize: { kind: "fixed", bytes: 256 },
};

describe.each(["socket", "autocannon"] as const)("the engine %s", (engine) => {
  test("fills the whole measurement, and its books balance", async () => {
    await using server = await httpServer((_, response) => response.setHeader("X-Cache", "L1").end("{}"));
    const measurement = await measureOnce(server.origin, { engine });
    expect(loadMeasurementSchema.parse(measurement)).toEqual(measurement);
    expect(imbalance(measurement)).toBe(0);
    expect(measurement).toMatchObject({ connections: 4, scheduled: null, timedOut: 0, failed: {}, inFlightAtEnd: 4 });
    expect(measurement.received).toBeGreaterThan(0);
    expect(measurement.operations.get.statuses).toEqual({ 200: measurement.received });
    expect(measurement.cache).toEqual({ l1: measurement.received, l2: 0, absent: 0 });
    const { leadInSteps, answers, meanResponseUs } = measurement.per100Ms;
    expect([leadInSteps, answers.length, meanResponseUs.length]).toEqual([1, 4, 4]);
    expect(answers.slice(leadInSteps).reduce((sum, count) => sum + count, 0)).toBe(measurement.received);
    expect(meanResponseUs.map((us) => us !== null && us > 0)).toEqual(answers.map((count) => count > 0));
    expect(decodeHistogram(measurement.operations.get.serviceTimeUs).totalCount).toBe(measurement.received);
  });

  test("sends what the stream says, in its order, with versions that are unique and keys that are true", async () => {
    const written: string[] = [];
    await using server = await httpServer(async (request, response) => {
      if (request.method === "PUT") written.push(`${request.url} ${await wholeBody(request)}`);
      response.end();
    });
    await measureOnce(server.origin, { engine, workload, connections: 1 });
    const stream = buildStream(workload, 1);
    const expected = server.seen.map(
      (_, i) => `${["GET", "PUT", "DELETE"][stream.operations[i] ?? 0]} /v1/cache/${keyName(stream.keys[i] ?? 0)}`,
    );
    expect(server.seen).toEqual(expected);
    const documents = written.map((line) => ({ line, document: parseDocument(line.split(" ")[1] ?? "") }));
    expect(documents.map(({ document }) => document?.version)).toEqual(documents.map((_, i) => i + 1));
    for (const { line, document } of documents) expect(line).toContain(`${keyName(document?.keyIndex ?? -1)} `);
  });

  test("counts chunked answers and 503s by their status", async () => {
    let turn = 0;
    await using server = await httpServer((_, response) => {
      response.statusCode = turn++ % 2 === 0 ? 200 : 503;
      response.write("{");
      response.end("}");
    });
    const measurement = await measureOnce(server.origin, { engine });
    const { statuses } = measurement.operations.get;
    expect((statuses["200"] ?? 0) + (statuses["503"] ?? 0)).toBe(measurement.received);
    expect(statuses["503"]).toBeGreaterThan(0);
    expect(failures(measurement)).toBe(0);
  });

  test("comes back after connections that end with their answer, and loses no request", async () => {
    await using server = await httpServer((_, response) => response.setHeader("Connection", "close").end("{}"));
    const measurement = await measureOnce(server.origin, { engine });
    expect(measurement.received).toBeGreaterThan(4);
    expect(failures(measurement)).toBe(0);
    expect(imbalance(measurement)).toBe(0);
  });

  test("counts a close without an answer, and comes back", async () => {
    await using server = await rawServer((socket) => socket.end());
    const measurement = await measureOnce(server.origin, { engine });
    expect(measurement.received).toBe(0);
    expect(measurement.failed["early-close"]).toBeGreaterThan(1);
    expect(imbalance(measurement)).toBe(0);
  });

  test("counts a reset", async () => {
    await using server = await rawServer((socket) => socket.resetAndDestroy());
    const measurement = await measureOnce(server.origin, { engine });
    expect(measurement.failed["reset"]).toBeGreaterThan(1);
    expect(imbalance(measurement)).toBe(0);
  });

  test("counts a malformed answer and does not wait for more of it", async () => {
    await using server = await rawServer((socket) => socket.write("HTTP/1.1 2x0 OK\r\nContent-Length: 2\r\n\r\n{}"));
    const measurement = await measureOnce(server.origin, { engine });
    expect(measurement.failed["malformed"]).toBeGreaterThan(1);
    expect(measurement.timedOut).toBe(0);
    expect(imbalance(measurement)).toBe(0);
  });

  test.each([
    ["in its header", "HTTP/1.1 200 OK\r\nContent-Le"],
    ["in its body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"],
    ["in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"],
    ["before the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"],
  ])("counts an answer that is cut %s as an early close, and comes back", async (_, part) => {
    await using server = await rawServer((socket) => socket.end(part));
    const measurement = await measureOnce(server.origin, { engine });
    expect(measurement.failed).toEqual({ "early-close": expect.any(Number) });
    expect(measurement.failed["early-close"]).toBeGreaterThan(1);
    expect(measurement.received).toBe(0);
    expect(imbalance(measurement)).toBe(0);
  });

  test("counts a reset in the middle of an answer", async () => {
    await using server = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", () => socket.resetAndDestroy());
    });
    const measurement = await measureOnce(server.origin, { engine });
    expect(measurement.failed["reset"]).toBeGreaterThan(1);
    expect(measurement.received).toBe(0);
    expect(imbalance(measurement)).toBe(0);
  });

  test("says it when a server neither accepts nor refuses", async () => {
    await using silent = await silentServer();
    await using generator = await startTestGenerator(silent.origin, { engine, connections: 8, requestTimeoutMs: 500 });
    await expect(generator.connect()).rejects.toMatchObject({
      code: "connect-failed",
      message: expect.stringContaining("no connection within 0.5 s"),
    });
  });

  test("counts connections that could not be opened again in time, and comes back more slowly each time", async () => {
    await using silent = await silentServer();
    await using generator = await startTestGenerator(silent.origin, { engine, connections: 2, requestTimeoutMs: 100 });
    await generator.connect();
    // Nothing is answered; each request that times out gives its connection up, and no other is accepted.
    const measurement = await generator.measure({ point: closedLoop, leadInMs: 0, durationMs: 1_500 });
    expect(measurement.timedOut).toBe(2);
    expect(measurement.failed["connect-timeout"]).toBeGreaterThan(1);
    expect(measurement.received).toBe(0);
    expect(imbalance(measurement)).toBe(0);
  });

  test("records requests without an answer at their timeout", async () => {
    await using server = await httpServer(() => {});
    const measurement = await measureOnce(server.origin, { engine, requestTimeoutMs: 100 }, { durationMs: 500 });
    expect(measurement.timedOut).toBeGreaterThan(3);
    expect(measurement.received).toBe(0);
    const responseTime = decodeHistogram(measurement.operations.get.responseTimeUs);
    expect(responseTime.totalCount).toBe(measurement.timedOut);
    expect(responseTime.getValueAtPercentile(50)).toBeGreaterThanOrEqual(100_000);
    expect(responseTime.getValueAtPercentile(50)).toBeLessThan(100_100);
    expect(imbalance(measurement)).toBe(0);
  });

  test("keeps its connections from one load point to the next", async () => {
    await using server = await httpServer((_, response) => response.end("{}"));
    await using generator = await startTestGenerator(server.origin, { engine, connections: 70 });
    expect(await generator.connect()).toMatchObject({ connections: 70 });
    expect(server.seen).toEqual([]);
    for (let i = 0; i < 2; i++) await generator.measure({ point: closedLoop, leadInMs: 0, durationMs: 150 });
    expect(server.accepted()).toBe(70);
  });
});

test("values that are read are judged: a server that keeps them is right, one that mixes two keys up is not", async () => {
  const templates = valueTemplates(workload, 1);
  for (const broken of [false, true]) {
    const values = new Map(Array.from({ length: 4 }, (_, i) => [`/v1/cache/${keyName(i)}`, initialValue(templates, i)]));
    const [one = "", other = ""] = values.keys();
    await using server = await httpServer(async (request, response) => {
      const asked = request.url ?? "";
      const key = broken && asked === one ? other : asked;
      if (request.method === "PUT") values.set(key, await wholeBody(request));
      if (request.method === "DELETE") values.delete(key);
      const value = values.get(key);
      response.statusCode = request.method !== "GET" ? 204 : value === undefined ? 404 : 200;
      response.end(request.method === "GET" ? value : undefined);
    });
    const keys = { count: 4, choice: { kind: "uniform" } } as const;
    const { values: judged } = await measureOnce(server.origin, { workload: { ...workload, keys } }, { durationMs: 800 });
    expect(judged).toMatchObject({ corrupt: 0, stale: 0 });
    expect(judged.judged).toBeGreaterThan(5);
    expect(judged.wrongKey > 0).toBe(broken);
  }
});

test("answers that come in pieces, many at a time, are put together each by itself", async () => {
  const answerOf = (name: number): string => `HTTP/1.1 ${400 + name} -\r\nContent-Length: ${10 * name}\r\n\r\n${"x".repeat(10 * name)}`;
  const names = new Map<Socket, number>();
  await using server = await rawServer((socket) => {
    const name = names.get(socket) ?? names.size;
    names.set(socket, name);
    const answer = answerOf(name);
    // Those of even names come whole, between the pieces of the others.
    if (name % 2 === 0) return void socket.write(answer);
    socket.write(answer.slice(0, 30));
    setTimeout(() => socket.write(answer.slice(30, 50)), name);
    setTimeout(() => socket.write(answer.slice(50)), 2 * name);
  });
  const measurement = await measureOnce(server.origin, { connections: 20 });
  expect(failures(measurement)).toBe(0);
  const answers = Object.entries(measurement.operations.get.statuses);
  expect(answers.map(([status]) => Number(status) - 400)).toEqual(Array.from({ length: 20 }, (_, name) => name));
  const bytes = answers.map(([status, count]) => count * answerOf(Number(status) - 400).length);
  expect(measurement.bytesReceived).toBe(bytes.reduce((sum, part) => sum + part, 0));
});

test("an answer that timed out half-way leaves nothing behind for the next one on its connection", async () => {
  let answers = 0;
  await using server = await rawServer((socket) => {
    const whole = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
    // Cut in the header and in the body by turns; the rest never comes.
    if (answers++ < 8) socket.write(whole.slice(0, answers % 2 === 0 ? 20 : 42));
    else socket.write(whole);
  });
  const measurement = await measureOnce(server.origin, { requestTimeoutMs: 60 }, { durationMs: 600 });
  expect(measurement.timedOut).toBeGreaterThan(0);
  expect(failures(measurement)).toBe(0);
  expect(measurement.operations.get.statuses).toEqual({ 200: measurement.received });
  expect(measurement.bytesReceived).toBe(49 * measurement.received);
  expect(imbalance(measurement)).toBe(0);
});

test("an answer that ends with its connection is an answer", async () => {
  await using server = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n{}"));
  const measurement = await measureOnce(server.origin);
  expect(measurement.operations.get.statuses).toEqual({ 200: measurement.received });
  expect(measurement.received).toBeGreaterThan(1);
  expect(failures(measurement)).toBe(0);
});

test("a second answer to one request is malformed", async () => {
  await using server = await rawServer((socket) => socket.write("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));
  const measurement = await measureOnce(server.origin);
  expect(measurement.received).toBe(0);
  expect(measurement.failed["malformed"]).toBeGreaterThan(1);
  expect(imbalance(measurement)).toBe(0);
});

test("a server that closes every connection is not flooded with new ones", async () => {
  await using server = await rawServer((socket) => socket.end());
  await measureOnce(server.origin, { connections: 1 }, { leadInMs: 0, durationMs: 600 });
  // Again after 0, 10, 20, 40, 80, 160 and 320 ms, which is more than the window.
  expect(server.accepted()).toBeLessThanOrEqual(8);
});

test("two agents split the connections exactly and write no version twice", async () => {
  const versions: (number | undefined)[] = [];
  await using server = await httpServer(async (request, response) => {
    const body = await wholeBody(request);
    if (body !== "") versions.push(parseDocument(body)?.version);
    response.end();
  });
  const measurement = await measureOnce(server.origin, { workload, connections: 5, agentCpus: [null, null] });
  expect(server.accepted()).toBe(5);
  expect(measurement.inFlightAtEnd).toBe(5);
  expect(imbalance(measurement)).toBe(0);
  expect(new Set(versions).size).toBe(versions.length);
});

test("nobody listening is an error that says where", async () => {
  await using generator = await startTestGenerator("http://127.0.0.1:1");
  await expect(generator.connect()).rejects.toMatchObject({ code: "connect-failed", message: expect.stringContaining("127.0.0.1:1") });
});
