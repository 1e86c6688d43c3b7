/** What a key, a ttl and a value may be. */

const maxKeyBytes = 250;
/** In milliseconds and added to today's date it still fits the 64 bits that Redis keeps. */
const maxTtlS = 9_000_000_000_000_000;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The key that a segment of the path names, percent-decoded once; null when it is none. */
export function decodeKey(segment) {
  try {
    // Node gives bytes above 0x7f as one character each: as escapes they are judged as the UTF-8 that they may be.
    const key = decodeURIComponent(segment.replace(/[\x80-\xff]/g, escape));
    const bytes = Buffer.byteLength(key);
    return bytes >= 1 && bytes <= maxKeyBytes ? key : null;
  } catch {
    return null;
  }
}

const escape = (character) => `%${character.charCodeAt(0).toString(16)}`;

/** Milliseconds to live: exact when the query asks for it, else the default with 10 % jitter; null when the query is wrong. */
export function ttlMsOf(query, defaultTtlS) {
  const given = query === "" ? [] : new URLSearchParams(query).getAll("ttl");
  if (given.length === 0) return Math.round(defaultTtlS * 1_000 * (0.9 + Math.random() * 0.2));
  const seconds = /^0*\d{1,16}$/.test(given[0]) ? Number(given[0]) : 0;
  return given.length === 1 && seconds >= 1 && seconds <= maxTtlS ? seconds * 1_000 : null;
}

/** RFC 8259 over strictly valid UTF-8. */
export function isJson(body) {
  try {
    JSON.parse(utf8.decode(body));
    return true;
  } catch {
    return false;
  }
}
