/** What a key, a ttl and a value may be. */
import { fault, settings } from "./settings.mjs";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const maxKeyBytes = 250;
const maxTtlS = 9_000_000_000_000_000;

/** The key that a segment of the path names, or null. */
export function decodeKey(segment) {
  try {
    const key = decodeURIComponent(segment);
    const bytes = Buffer.byteLength(key);
    if (bytes < 1 || bytes > maxKeyBytes) return null;
    return fault("decodes-twice") ? decodeURIComponent(key) : key;
  } catch {
    return null;
  }
}

/** Seconds, or null. */
export function parseTtl(query) {
  const given = new URLSearchParams(query).getAll("ttl");
  if (given.length === 0) return settings.defaultTtlS * (fault("no-jitter") ? 1 : 0.9 + Math.random() * 0.2);
  if (fault("lenient-ttl") && Number.parseInt(given[0], 10) >= 1) return Number.parseInt(given[0], 10);
  const seconds = /^[0-9]+$/.test(given[0]) ? Number(given[0]) : 0;
  return given.length === 1 && seconds >= 1 && seconds <= (fault("endless-ttl") ? 2 ** 53 : maxTtlS) ? seconds : null;
}

export function isJson(body) {
  try {
    const text = utf8.decode(body);
    JSON.parse(fault("takes-nan") ? text.replace("NaN", "null") : text);
    return true;
  } catch {
    return false;
  }
}

export function canonical(body) {
  return fault("trims") ? Buffer.from(body.toString().trim()) : body;
}
