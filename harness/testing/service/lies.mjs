/** Faults that show only under load: the first requests, those of the checks, are served and counted as they should be. */
import { total } from "./metrics.mjs";
import { fault } from "./settings.mjs";

const underLoad = () => total > 2_000;
/** Of each key, the values of the last two writes. */
const written = new Map();
let elsewhere;

export function remember(key, value) {
  if (fault("serves-stale")) written.set(key, { newest: value, before: written.get(key)?.newest });
}

/** What a GET answers instead of the value. */
export function twisted(key, value) {
  if (fault("mixes-up-keys")) {
    const other = elsewhere;
    elsewhere = { key, value };
    return other !== undefined && other.key !== key && now() ? other.value : value;
  }
  if (fault("serves-stale") && now()) return written.get(key)?.before ?? value;
  if (fault("flips-bytes") && now()) return Buffer.from(value).fill("~", value.length - 5, value.length - 3);
  return value;
}

/** Whether a request that was served is left out of the counts. */
export const uncounted = () => fault("miscounts") && now();

/** Whether a write is acknowledged without a word to Redis. */
export const keptFromRedis = () => fault("keeps-writes") && underLoad();

/** Whether Redis is asked for what L1 has and answers. */
export const rereads = () => fault("rereads-hits") && underLoad();

/** One time in five. */
const now = () => underLoad() && Math.random() < 0.2;
