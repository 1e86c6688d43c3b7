/** The settings of the contract, from the environment. A wrong one ends the start with a sentence. */

const schemes = /^(rediss?:|redis\+cluster:)\/\/[^/]/;

/** Throws an Error that names the variable. */
export function readSettings(env) {
  return {
    host: env.HOST ?? "127.0.0.1",
    port: whole(env, "PORT", 8080, 0, 65_535),
    redisUrl: matching(
      env,
      "REDIS_URL",
      "redis://127.0.0.1:6379",
      schemes,
      "redis://, rediss:// or redis+cluster://HOST:PORT[,HOST:PORT...]",
    ),
    l1MaxBytes: whole(env, "L1_MAX_BYTES", 67_108_864, 1),
    l1TtlMs: whole(env, "L1_TTL_MS", 60_000, 1),
    defaultTtlS: whole(env, "DEFAULT_TTL_S", 300, 1),
    maxValueBytes: whole(env, "MAX_VALUE_BYTES", 1_048_576, 1),
    redisTimeoutMs: whole(env, "REDIS_TIMEOUT_MS", 250, 1),
    invalidation: matching(env, "INVALIDATION", "on", /^(on|off)$/, "on or off") === "on",
  };
}

function whole(env, name, byDefault, min, max = Number.MAX_SAFE_INTEGER) {
  const text = env[name] ?? String(byDefault);
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number from ${min}, not "${text}"`);
}

function matching(env, name, byDefault, pattern, wanted) {
  const text = env[name] ?? byDefault;
  if (pattern.test(text)) return text;
  throw new Error(`${name} must be ${wanted}, not "${text}"`);
}
