import { beforeEach, describe, expect, test } from "vitest";
import { buildStream, initialValue, operationCodes, StreamCursor, valueTemplates, type CacheWorkload } from "../core/workload.ts";
import { WrittenDocuments } from "../core/workload/written.ts";
import { sampleEvery, Ticket, ValueJudge } from "./value-judge.ts";

const workload: CacheWorkload = {
  kind: "cache",
  operations: { get: 0.5, put: 0.5, delete: 0 },
  keys: { count: 3, choice: { kind: "uniform" } },
  valueSize: { kind: "fixed", bytes: 100 },
};
const templates = valueTemplates(workload, 1);
const stream = buildStream(workload, 1, 1_000);

/** The PUTs of one agent in their order, over the end of the stream and on. */
function putsOf(agent: number, agents: number): { key: number; version: number; body: string }[] {
  const cursor = new StreamCursor(stream.length, { agent, agents });
  const puts = [];
  while (puts.length < 1_500) {
    const entry = cursor.entry();
    if (stream.operations[entry] !== operationCodes.put) continue;
    const [key, version] = [stream.keys[entry] ?? 0, cursor.version()];
    puts.push({ key, version, body: templates.document(stream.templates[entry] ?? 0, key, version) });
  }
  return puts;
}

test.each([1, 3])("a version names its document, with %d agents and after the stream started over", (agents) => {
  const documents = new WrittenDocuments(stream, templates, agents);
  for (let agent = 0; agent < agents; agent++) {
    for (const { key, version, body } of putsOf(agent, agents)) expect(documents.document(key, version)).toBe(body);
  }
  expect(documents.document(2, 0)).toBe(initialValue(templates, 2));
});

describe("a judge", () => {
  const key = 1;
  /** Versions that are written to that key. */
  const [first, second, third] = putsOf(0, 1).filter((put) => put.key === key);
  if (first === undefined || second === undefined || third === undefined) throw new Error("too few writes");
  let judge: ValueJudge;
  let atUs: number;
  const newJudge = (stalenessBoundMs: number, agents = 1) =>
    new ValueJudge({ documents: new WrittenDocuments(stream, templates, agents), keyCount: 3, agent: 0, agents, stalenessBoundMs });
  beforeEach(() => {
    judge = newJudge(0);
    atUs = 0;
  });

  /** Sends; the function returned answers. */
  const write = (version: number, operation: number = operationCodes.put) => {
    const ticket = new Ticket();
    judge.sending(ticket, { next: () => "", operation, key, version }, atUs);
    return (status = 204) => judge.answered({ operation, ticket, answer: { status, body: null } }, atUs);
  };
  const read = (asked = key) => {
    const ticket = new Ticket();
    const get = { next: () => "", operation: operationCodes.get, key: asked, version: 0 };
    for (let i = 0; i < sampleEvery; i++) judge.sending(ticket, get, atUs);
    return (body: string, status = 200) => {
      judge.answered({ operation: operationCodes.get, ticket, answer: { status, body } }, atUs);
      return Object.fromEntries(Object.entries(judge.takeCounts()).filter(([, count]) => count > 0));
    };
  };
  const initial = initialValue(templates, key);

  test("finds nothing wrong with the value from before, nor with the newest", () => {
    expect(read()(initial)).toEqual({ judged: 1 });
    write(first.version)();
    expect(read()(first.body)).toEqual({ judged: 1 });
  });

  test("looks at one GET of 64, and only at answers with 200", () => {
    expect(read()(initial, 404)).toEqual({});
    const ticket = new Ticket();
    judge.sending(ticket, { next: () => "", operation: operationCodes.get, key, version: 0 }, 0);
    expect(ticket.sampled).toBe(false);
  });

  test("finds another key's value", () => {
    expect(read(2)(initial)).toEqual({ judged: 1, wrongKey: 1 });
  });

  test("finds what was never written: other bytes, another length, a version to come, no document", () => {
    write(first.version)();
    for (const body of [initial.replace('"p":"', '"p":"~'), initial.slice(0, -1), third.body, "{}", ""])
      expect(read()(body)).toEqual({ judged: 1, corrupt: 1 });
  });

  test("finds a value that was overwritten before the read was sent", () => {
    write(first.version)();
    expect(read()(initial)).toEqual({ judged: 1, stale: 1 });
    write(second.version)();
    expect(read()(first.body)).toEqual({ judged: 1, stale: 1 });
  });

  test("finds a value that was deleted before the read was sent", () => {
    write(first.version)();
    write(0, operationCodes.delete)();
    expect(read()(first.body)).toEqual({ judged: 1, stale: 1 });
  });

  test("lets a read that was sent before the acknowledgement see either value", () => {
    write(first.version)();
    const acknowledge = write(second.version);
    const answer = read();
    acknowledge();
    expect(answer(first.body)).toEqual({ judged: 1 });
  });

  test("lets writes that overlapped take effect in either order", () => {
    const acknowledgements = [write(first.version), write(second.version)];
    for (const acknowledge of acknowledgements) acknowledge();
    expect(read()(first.body)).toEqual({ judged: 1 });
    expect(read()(second.body)).toEqual({ judged: 1 });
  });

  test.each([503, 0])("takes nothing as proved by a write that ended with %d", (status) => {
    write(first.version)(status); // may take effect at any time
    write(second.version)();
    expect(read()(first.body)).toEqual({ judged: 1 });
    write(third.version)(status); // may never take effect
    expect(read()(second.body)).toEqual({ judged: 1 });
  });

  test("takes the writes of other agents as unordered, and their bytes as known", () => {
    judge = newJudge(0, 2);
    const foreign = putsOf(1, 2).find((put) => put.key === key);
    if (foreign === undefined) throw new Error("too few writes");
    write(putsOf(0, 2).find((put) => put.key === key)?.version ?? 0)();
    expect(read()(foreign.body)).toEqual({ judged: 1 });
    expect(read()(`${foreign.body} `)).toEqual({ judged: 1, corrupt: 1 });
  });

  test("grants bounded staleness its bound, and no more", () => {
    judge = newJudge(100);
    write(first.version)();
    atUs = 99e3;
    expect(read()(initial)).toEqual({ judged: 1 });
    write(second.version)();
    atUs = 101e3;
    expect(read()(initial)).toEqual({ judged: 1, stale: 1 });
    expect(read()(first.body)).toEqual({ judged: 1 });
    write(third.version)();
    atUs = 202e3;
    expect(read()(first.body)).toEqual({ judged: 1, stale: 1 });
  });
});
