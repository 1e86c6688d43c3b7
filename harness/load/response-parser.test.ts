import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cacheHeader } from "./response-header.ts";
import { ResponseParser, type ParseResult } from "./response-parser.ts";

const head = (lines: readonly string[], body = "") => [...lines, "", body].join("\r\n");

const answers = {
  "of known length": head(["HTTP/1.1 200 OK", "X-Cache: L2", "Content-Length: 11"], '{"k":"a\r\n"}'),
  "without reason": head(["HTTP/1.1 200 ", "x-cache:L2", "content-length:  2 "], "{}"),
  chunked: head(["HTTP/1.1 200 OK", "X-Cache: L2", "Transfer-Encoding: chunked"], "5\r\nhello\r\nA;ext=1\r\n0123\r\n\r\n89\r\n0\r\n\r\n"),
  "chunked with trailer": head(["HTTP/1.1 200 OK", "X-Cache: L2", "Transfer-Encoding: chunked"], "1\r\nx\r\n0\r\nDigest: y\r\n\r\n"),
  "after an interim one": head(["HTTP/1.1 100 Continue"]) + head(["HTTP/1.1 200 OK", "X-Cache: L2", "Content-Length: 1"], "x"),
  empty: head(["HTTP/1.1 200 OK", "X-Cache: L2", "Content-Length: 0"]),
};

const malformed = {
  "no HTTP": "SSH-2.0-OpenSSH_9.2p1\r\n",
  "a status of two digits": head(["HTTP/1.1 20 OK", "Content-Length: 0"]),
  "a length that is no number": head(["HTTP/1.1 200 OK", "Content-Length: 1x"], "x"),
  "two different lengths": head(["HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"], "x"),
  "length and chunks": head(["HTTP/1.1 200 OK", "Content-Length: 1", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
  "a field without a colon": head(["HTTP/1.1 200 OK", "Content-Length 1"], "x"),
  "a chunk without its end": head(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], "1\r\nxy\r\n0\r\n\r\n"),
  "a chunk size that is no number": head(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], "zz\r\n\r\n"),
  "bytes after the end": head(["HTTP/1.1 204 No Content"], "x"),
  "a body longer than it says": head(["HTTP/1.1 200 OK", "Content-Length: 1"], "xy"),
};

/** Pushes the text in pieces through one buffer that holds rubbish beyond each piece, as the shared read buffer does. */
function parse(parser: ResponseParser, text: string, cuts: readonly number[] = []): ParseResult {
  const bytes = Buffer.from(text, "latin1");
  const edges = [...new Set([...cuts.map((cut) => cut % bytes.length), 0, bytes.length])].toSorted((a, b) => a - b);
  let result: ParseResult = "more";
  for (let i = 1; i < edges.length && result !== "malformed"; i++) {
    const buffer = Buffer.from("\r\n\r\n0\r\n\r\nHTTP/1.1 500 \r\n\r\n".repeat(30));
    const length = bytes.copy(buffer, 0, edges[i - 1], edges[i]);
    result = parser.push(buffer, length);
  }
  return result;
}

describe("an answer", () => {
  test.each(Object.entries(answers))("%s is whole at its last byte and not before, wherever it is cut", (_, text) => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        const parser = new ResponseParser();
        for (let round = 0; round < 2; round++) {
          parser.reset();
          expect(parse(parser, text.slice(0, -1), cuts)).toBe("more");
          expect(parser.end()).toBe("early-close");
          parser.reset();
          expect(parse(parser, text, cuts)).toBe("done");
          expect(parser).toMatchObject({ status: 200, cache: cacheHeader.l2, keepAlive: true, bytes: text.length });
        }
      }),
      { numRuns: 50 },
    );
  });

  test.each(Object.entries(answers))("%s may come byte by byte", (_, text) => {
    const parser = new ResponseParser();
    parser.reset();
    expect(
      parse(
        parser,
        text,
        Array.from({ length: text.length }, (_, i) => i),
      ),
    ).toBe("done");
  });

  test("keeps its body when asked, whole and without the framing, wherever it is cut", () => {
    const bodies = { "of known length": '{"k":"a\r\n"}', chunked: "hello0123\r\n\r\n89" };
    for (const [name, body] of Object.entries(bodies)) {
      fc.assert(
        fc.property(fc.array(fc.nat()), (cuts) => {
          const parser = new ResponseParser();
          parser.reset({ keepBody: true });
          expect(parse(parser, answers[name as keyof typeof answers], cuts)).toBe("done");
          expect(parser.body).toBe(body);
          parser.reset();
          expect(parser.body).toBeNull();
        }),
        { numRuns: 50 },
      );
    }
    const parser = new ResponseParser();
    parser.reset({ keepBody: true });
    parse(parser, head(["HTTP/1.1 200 OK"], "all that comes"));
    expect(parser.body).toBe("all that comes");
  });

  test.each([204, 304])("with status %d has no body whatever it says", (status) => {
    const parser = new ResponseParser();
    expect(parse(parser, head([`HTTP/1.1 ${status} x`, "Content-Length: 5"]))).toBe("done");
  });

  test("to HEAD has no body whatever it says", () => {
    const parser = new ResponseParser();
    parser.reset({ bodiless: true });
    expect(parse(parser, head(["HTTP/1.1 200 OK", "Content-Length: 5"]))).toBe("done");
  });

  test("without length or chunks ends with its connection", () => {
    const parser = new ResponseParser();
    expect(parse(parser, head(["HTTP/1.1 200 OK"], "all that comes"))).toBe("more");
    expect(parser.end()).toBe("done");
    expect(parser.keepAlive).toBe(false);
  });

  test("says whether its connection goes on", () => {
    const keepAlive = (lines: string[]) => {
      const parser = new ResponseParser();
      parse(parser, head([...lines, "Content-Length: 0"]));
      return parser.keepAlive;
    };
    expect(keepAlive(["HTTP/1.1 200 OK"])).toBe(true);
    expect(keepAlive(["HTTP/1.1 200 OK", "Connection: Close"])).toBe(false);
    expect(keepAlive(["HTTP/1.0 200 OK"])).toBe(false);
    expect(keepAlive(["HTTP/1.0 200 OK", "Connection: keep-alive"])).toBe(true);
  });
});

describe("what is no answer", () => {
  test.each(Object.entries(malformed))("%s is refused, wherever it is cut", (_, text) => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        const parser = new ResponseParser();
        parser.reset();
        expect(parse(parser, text, cuts)).toBe("malformed");
      }),
      { numRuns: 50 },
    );
  });

  test("a header without end is refused, not kept", () => {
    const parser = new ResponseParser();
    expect(parse(parser, `HTTP/1.1 200 OK\r\nX: ${"y".repeat(70_000)}`.slice(0, 600))).toBe("more");
    const long = Buffer.alloc(70_000, "y");
    expect(parser.push(long, long.length)).toBe("malformed");
  });

  test("any bytes at all end in a verdict", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const parser = new ResponseParser();
        expect(["more", "done", "malformed"]).toContain(parser.push(Buffer.from(bytes), bytes.length));
      }),
    );
  });
});
