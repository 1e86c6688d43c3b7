/** What a measurement needs of a response header. */

/** The X-Cache header of an answer. */
export const cacheHeader = { absent: 0, l1: 1, l2: 2 } as const;
export type CacheHeader = (typeof cacheHeader)[keyof typeof cacheHeader];

export interface ResponseHeader {
  readonly status: number;
  readonly keepAlive: boolean;
  readonly chunked: boolean;
  readonly contentLength: number | null;
  readonly cache: CacheHeader;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const wholeNumber = /^\d{1,15}$/;

/** Whether `start` may grow into an answer: what is no HTTP is refused at once, not waited for. */
export const mayBeAnswer = (start: string) => "HTTP/1.".startsWith(start.slice(0, 7));

/** Within one second (the Date field) most answers of a service have one of few headers: each is interpreted once. */
const known = new Map<string, ResponseHeader | null>();
const knownLimit = 1_000;

/** Reads a header (its lines, each with its CRLF); null when it is malformed or frames the body in two ways. */
export function readHeader(header: string): ResponseHeader | null {
  let read = known.get(header);
  if (read === undefined) {
    if (known.size === knownLimit) known.clear();
    known.set(header, (read = interpretHeader(header)));
  }
  return read;
}

function interpretHeader(header: string): ResponseHeader | null {
  const firstLineEnd = header.indexOf("\r\n");
  const match = statusLine.exec(header.slice(0, firstLineEnd));
  if (match === null) return null;
  let contentLength: number | null = null;
  let chunked = false;
  let connection = "";
  let cache: CacheHeader = cacheHeader.absent;

  for (let from = firstLineEnd + 2; from < header.length;) {
    const end = header.indexOf("\r\n", from);
    const colon = header.indexOf(":", from);
    if (colon <= from || colon > end) return null;
    // Told apart by length first: most fields are skipped without a copy.
    const length = colon - from;
    if (length === 14 && isNamed(header, from, colon, "content-length")) {
      const value = valueOf(header, colon, end);
      if (!wholeNumber.test(value) || (contentLength !== null && contentLength !== Number(value))) return null;
      contentLength = Number(value);
    } else if (length === 17 && isNamed(header, from, colon, "transfer-encoding")) {
      if (valueOf(header, colon, end).toLowerCase() !== "chunked") return null;
      chunked = true;
    } else if (length === 10 && isNamed(header, from, colon, "connection")) {
      connection += valueOf(header, colon, end).toLowerCase();
    } else if (length === 7 && isNamed(header, from, colon, "x-cache")) {
      cache = cacheHeaderOf(valueOf(header, colon, end));
    }
    from = end + 2;
  }
  // Both at once is ambiguous, and how requests are smuggled (RFC 9112, 6.3).
  if (chunked && contentLength !== null) return null;
  const keepAlive = match[1] === "1" ? !connection.includes("close") : connection.includes("keep-alive");
  return { status: Number(match[2]), keepAlive, chunked, contentLength, cache };
}

export const cacheHeaderOf = (value: string): CacheHeader =>
  value === "L1" ? cacheHeader.l1 : value === "L2" ? cacheHeader.l2 : cacheHeader.absent;

const isNamed = (header: string, from: number, to: number, name: string) => header.slice(from, to).toLowerCase() === name;
const valueOf = (header: string, colon: number, end: number) => header.slice(colon + 1, end).trim();
