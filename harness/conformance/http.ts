/** The requests of the checks, as values: sent, judged, and shown as the command that sends them again. */
import { type CheckContext, CheckFailure } from "./check.ts";
import { type Answer, Connection, encodeRequest, NoAnswer } from "./raw-http.ts";

/** REDIS_TIMEOUT_MS when it is not set. */
export const redisTimeoutMs = 250;
/** Of a service's timers. */
const coarsenessMs = 50;

export interface Call {
  readonly method: string;
  /** Path and query as they go over the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export const pathOf = (key: string): string => `/v1/cache/${encodeURIComponent(key)}`;
export const getKey = (key: string): Call => ({ method: "GET", target: pathOf(key) });
export const headKey = (key: string): Call => ({ method: "HEAD", target: pathOf(key) });
export const deleteKey = (key: string): Call => ({ method: "DELETE", target: pathOf(key) });
export const putKey = (key: string, body: Buffer | string, query = ""): Call => ({
  method: "PUT",
  target: `${pathOf(key)}${query}`,
  body: Buffer.from(body),
});

type Site = Pick<CheckContext, "origin" | "signal">;

/** Sends on a connection of its own, or on one that is kept. Fails the check when no answer comes. */
export async function exchange(site: Site, call: Call, kept?: Connection): Promise<Answer> {
  let own: Connection | undefined;
  try {
    const connection = kept ?? (own = await Connection.open(site.origin, site.signal));
    connection.send(encodeRequest(call.method, call.target, call.headers, call.body));
    return await connection.answer({ bodiless: call.method === "HEAD" });
  } catch (error) {
    site.signal.throwIfAborted();
    if (!(error instanceof NoAnswer)) throw error;
    throw new CheckFailure(`${call.method} got no answer`, "an HTTP answer", error.message, curl(site, call));
  } finally {
    own?.[Symbol.dispose]();
  }
}

/** Sends, and fails unless the answer has this status. */
export async function expectStatus(site: Site, call: Call, status: number, what = call.method): Promise<Answer> {
  const answer = await exchange(site, call);
  judgeStatus(site, call, answer, status, what);
  return answer;
}

export function judgeStatus(site: Site, call: Call, answer: Answer, status: number, what = call.method): void {
  if (answer.status === status) return;
  throw wrongAnswer(`${what} has the wrong status`, String(status), answer, curl(site, call));
}

/** A 503 as late as the service's limit for Redis is what any service says when the machine held it or Redis up. */
export function wrongAnswer(broke: string, expected: string, { status, body, tookMs }: Answer, reproduce: string): CheckFailure {
  const mayBeHiccup = status === 503 && tookMs >= redisTimeoutMs - coarsenessMs;
  return new CheckFailure(broke, expected, `${status} ${preview(body)}`.trimEnd(), reproduce, mayBeHiccup);
}

/** Gets a key and fails unless it is 200 with these bytes. */
export async function expectValue(site: Site, key: string, value: Buffer, what = "the body of GET"): Promise<Answer> {
  const call = getKey(key);
  const answer = await expectStatus(site, call, 200);
  if (answer.body.equals(value)) return answer;
  throw new CheckFailure(`${what} is not what was stored`, preview(value), preview(answer.body), curl(site, call));
}

/** Fails unless a header has this value. */
export function expectHeader(site: Site, call: Call, answer: Answer, name: string, value: string): void {
  const seen = answer.headers.get(name.toLowerCase());
  if (seen === value) return;
  throw new CheckFailure(`${call.method} has the wrong ${name}`, value, seen ?? `no ${name}`, curl(site, call));
}

/**
 * Gets a key until L1 has it; false when it never does, which only the check of L1 itself judges. Among several workers it is
 * in the L1 of the one behind the connection that is kept, or of just one.
 */
export async function untilInL1(site: Site, key: string, kept?: Connection): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    if ((await exchange(site, getKey(key), kept)).headers.get("x-cache") === "L1") return true;
  }
  return false;
}

/** A curl command for the call; long bodies are cut, and said to be. */
export function curl({ origin }: Pick<Site, "origin">, { method, target, headers = {}, body }: Call): string {
  const parts = ["curl", "-i", "--path-as-is", method === "HEAD" ? "--head" : `-X ${method}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined)
    parts.push(`--data-binary ${body.length <= 200 ? quoted(body.toString("utf8")) : `@FILE (${body.length} bytes)`}`);
  return [...parts, quoted(`${origin}${target}`)].join(" ");
}

/** The bytes of a request as a command, for what curl does not send. */
export function netcat({ origin }: Pick<Site, "origin">, text: string): string {
  const { hostname, port } = new URL(origin);
  return `printf ${quoted(text.replaceAll("\\", "\\\\").replaceAll("%", "%%").replaceAll("\r\n", "\\r\\n"))} | nc ${hostname} ${port}`;
}

export function preview(bytes: Buffer): string {
  if (bytes.length === 0) return "";
  const text = JSON.stringify(bytes.subarray(0, 80).toString("utf8"));
  return bytes.length > 80 ? `${text}... (${bytes.length} bytes)` : text;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
