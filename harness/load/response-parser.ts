/**
 * A streaming HTTP/1.1 response parser (RFC 9112) that knows only what a measurement needs: where an answer ends, its
 * status, its X-Cache and whether the connection goes on. It keeps a body only when asked, and takes pieces cut at any byte.
 * The common case, a header in one piece and a body of known length, takes one search for the blank line.
 */
import { HeaderMemo } from "./header-memo.ts";
import { cacheHeader, mayBeAnswer, readHeader, type CacheHeader, type ResponseHeader } from "./response-header.ts";

export type ParseResult = "more" | "done" | "malformed";

/** A header longer than this is no cache service's. */
const headerLimit = 64 * 1024;
const chunkLineLimit = 4 * 1024;
const lineFeed = 10;
const blankLine = Buffer.from("\r\n\r\n");

/** Of all parsers in this process: one service answers them. */
const memo = new HeaderMemo();

type State = "header" | "fixed-body" | "chunk-line" | "chunk-data" | "chunk-end" | "trailer" | "until-close" | "complete";

export class ResponseParser {
  status = 0;
  cache: CacheHeader = cacheHeader.absent;
  /** False when the connection ends with this answer. */
  keepAlive = true;
  /** Bytes of this answer so far, header and framing included. */
  bytes = 0;
  #state: State = "header";
  #headerStart = "";
  #line = "";
  #remaining = 0;
  #bodiless = false;
  #kept: string[] | null = null;

  /** Ready for the next answer; that to a HEAD request has no body whatever its header says. */
  reset({ bodiless = false, keepBody = false } = {}): void {
    this.#bodiless = bodiless;
    this.#kept = keepBody ? [] : null;
    this.bytes = 0;
    this.#state = "header";
    this.#headerStart = "";
    this.#line = "";
  }

  /** A character for each byte; null when it was not kept. */
  get body(): string | null {
    return this.#kept?.join("") ?? null;
  }

  /** Takes a piece. "malformed" also when bytes follow the end: with one request outstanding nobody asked for them. */
  push(chunk: Buffer, length: number): ParseResult {
    this.bytes += length;
    for (let at = 0; at < length;) {
      const next = this.#step(chunk, at, length);
      if (next < 0) return "malformed";
      at = next;
    }
    return this.#state === "complete" ? "done" : "more";
  }

  /** Takes what the state can use; how far it came, or -1. */
  #step(chunk: Buffer, at: number, length: number): number {
    switch (this.#state) {
      case "header":
        return this.#header(chunk, at, length);
      case "fixed-body":
      case "chunk-data": {
        const taken = Math.min(this.#remaining, length - at);
        this.#kept?.push(chunk.toString("latin1", at, at + taken));
        this.#remaining -= taken;
        if (this.#remaining === 0) this.#state = this.#state === "fixed-body" ? "complete" : "chunk-end";
        return at + taken;
      }
      case "until-close":
        this.#kept?.push(chunk.toString("latin1", at, length));
        return length;
      case "complete":
        return -1;
      default:
        return this.#chunkedLine(chunk, at, length);
    }
  }

  /** The server closed its side. */
  end(): "done" | "early-close" {
    return this.#state === "until-close" ? "done" : "early-close";
  }

  #header(chunk: Buffer, from: number, length: number): number {
    const whole = from === 0 && this.#headerStart === "";
    const known = whole ? memo.find(chunk, length) : null;
    if (known !== null) return this.#take(known.header) ? known.length : -1;
    let text: string;
    let next: number | null;
    if (this.#headerStart === "") {
      const blank = chunk.indexOf(blankLine, from);
      // The buffer is reused: a blank line beyond `length` is left over from an earlier answer.
      next = blank < 0 || blank + 4 > length ? null : blank + 4;
      text = chunk.toString("latin1", from, next === null ? length : next - 2);
    } else {
      const joined = this.#headerStart + chunk.toString("latin1", from, length);
      const blank = joined.indexOf("\r\n\r\n");
      next = blank < 0 ? null : from + blank + 4 - this.#headerStart.length;
      text = next === null ? joined : joined.slice(0, blank + 2);
    }
    this.#headerStart = next === null ? text : "";
    if (next === null) return text.length <= headerLimit && mayBeAnswer(text) ? length : -1;
    const header = readHeader(text);
    if (header === null) return -1;
    if (whole) memo.remember(chunk, next, header);
    return this.#take(header) ? next : -1;
  }

  /** Decides how the body is framed (RFC 9112, 6.3). */
  #take(header: ResponseHeader): boolean {
    if (header.status < 200) return header.status !== 101; // an interim answer; the real one follows
    this.status = header.status;
    this.cache = header.cache;
    this.keepAlive = header.keepAlive;
    if (this.#bodiless || header.status === 204 || header.status === 304 || header.contentLength === 0) {
      this.#state = "complete";
    } else if (header.chunked) {
      this.#state = "chunk-line";
    } else if (header.contentLength !== null) {
      this.#state = "fixed-body";
      this.#remaining = header.contentLength;
    } else {
      this.#state = "until-close";
      this.keepAlive = false;
    }
    return true;
  }

  /** One line of the chunked framing: a size, the end of a chunk, or a trailer. */
  #chunkedLine(chunk: Buffer, from: number, length: number): number {
    const end = chunk.indexOf(lineFeed, from);
    const complete = end >= 0 && end < length;
    this.#line += chunk.toString("latin1", from, complete ? end : length);
    if (this.#line.length > chunkLineLimit) return -1;
    if (!complete) return length;
    const line = this.#line;
    this.#line = "";
    return line.endsWith("\r") && this.#endOfLine(line.slice(0, -1)) ? end + 1 : -1;
  }

  #endOfLine(line: string): boolean {
    if (this.#state === "trailer") {
      if (line === "") this.#state = "complete";
      return true;
    }
    if (this.#state === "chunk-end") {
      this.#state = "chunk-line";
      return line === "";
    }
    const size = chunkSize.exec(line);
    if (size === null) return false;
    this.#remaining = Number.parseInt(size[1] ?? "", 16);
    this.#state = this.#remaining === 0 ? "trailer" : "chunk-data";
    return true;
  }
}

const chunkSize = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/;
