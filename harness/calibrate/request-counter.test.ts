import { expect, test } from "vitest";
import { RequestCounter } from "./request-counter.ts";

const get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const put = "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n\r\n\r\n{}";
const emptyPut = "PUT /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n";

test("counts requests with and without a body, wherever the pieces are cut", () => {
  const bytes = Buffer.from(get + put + put + emptyPut + get);
  for (let size = 1; size <= bytes.length; size++) {
    const counter = new RequestCounter();
    let ended = 0;
    for (let at = 0; at < bytes.length; at += size) ended += counter.push(bytes.subarray(at, at + size));
    expect([size, ended]).toEqual([size, 5]);
  }
});

test("a request is counted when its last byte is there, not before", () => {
  const counter = new RequestCounter();
  expect(counter.push(Buffer.from(put.slice(0, -1)))).toBe(0);
  expect(counter.push(Buffer.from(put.slice(-1)))).toBe(1);
});
