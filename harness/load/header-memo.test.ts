import fc from "fast-check";
import { expect, test } from "vitest";
import { HeaderMemo } from "./header-memo.ts";
import type { ResponseHeader } from "./response-header.ts";

const headerOf = (contentLength: number) => ({ status: 200, contentLength }) as ResponseHeader;

/** Aligned, as the buffer of an agent is, and full of what an earlier answer left behind. */
function bufferOf(text: string, left = "\r\n\r\n") {
  const buffer = Buffer.allocUnsafeSlow(256).fill(left);
  return { buffer, length: buffer.write(text, "latin1") };
}

test("a header is found again by its bytes, wherever it ends, and with another body behind it", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 60 }),
      fc.string({ maxLength: 20 }),
      fc.string({ maxLength: 20 }),
      (name, one, other) => {
        const memo = new HeaderMemo();
        const head = Buffer.from(`${name}\r\n\r\n`).toString("latin1");
        const first = bufferOf(head + one);
        expect(memo.find(first.buffer, first.length)).toBeNull();
        memo.remember(first.buffer, head.length, headerOf(1));
        const second = bufferOf(head + other);
        expect(memo.find(second.buffer, second.length)).toMatchObject({ length: head.length, header: headerOf(1) });
      },
    ),
  );
});

test("one byte that differs, or one that has not come yet, is another header", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n";
  const memo = new HeaderMemo();
  const { buffer } = bufferOf(head);
  memo.remember(buffer, head.length, headerOf(12));
  expect(memo.find(buffer, head.length)).not.toBeNull();
  expect(memo.find(buffer, head.length - 1)).toBeNull();
  for (let at = 0; at < head.length; at++) {
    buffer[at] = (buffer[at] ?? 0) ^ 1;
    expect(memo.find(buffer, head.length)).toBeNull();
    buffer[at] = (buffer[at] ?? 0) ^ 1;
  }
});

test("where every header is another, the few that were remembered give way", () => {
  const memo = new HeaderMemo();
  const seen = Array.from({ length: 200 }, (_, i) => bufferOf(`Content-Length: ${100 + i}\r\n\r\n`));
  for (const [i, { buffer, length }] of seen.entries()) memo.remember(buffer, length, headerOf(100 + i));
  const found = seen.filter(({ buffer, length }) => memo.find(buffer, length) !== null);
  expect(found.length).toBe(4);
});

test("a buffer that begins between two words finds nothing and spoils nothing", () => {
  const head = "HTTP/1.1 204 Nothing\r\n\r\n";
  expect(head.length % 4).toBe(0);
  const memo = new HeaderMemo();
  const between = Buffer.from(new ArrayBuffer(256), 1);
  between.write(head);
  memo.remember(between, head.length, headerOf(0));
  expect(memo.find(between, head.length)).toBeNull();
  const other = Buffer.from(new ArrayBuffer(256), 1).fill("other words");
  expect(memo.find(other, other.length)).toBeNull();
  const { buffer, length } = bufferOf(head);
  expect(memo.find(buffer, length)).toBeNull();
});
