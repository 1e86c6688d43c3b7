/** The requests of the checks. */
import { CheckFailure, type CheckContext } from "./check.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A service that does not answer within this is taken to hang, ms. */
const timeoutMs = 5_000;

export async function request({ origin, signal }: CheckContext, method: string, key: string, body?: Buffer): Promise<Answer> {
  const url = keyUrl(origin, key);
  try {
    const init = { method, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]), ...(body === undefined ? {} : { body: new Uint8Array(body) }) };
    const answer = await fetch(url, init);
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new CheckFailure(`${method} got no answer`, "an HTTP answer", cause, curl(method, url, body));
  }
}

/** Fails unless the answer has this status. */
export function expectStatus(context: CheckContext, answer: Answer, status: number, method: string, key: string, body?: Buffer): void {
  if (answer.status === status) return;
  throw new CheckFailure(`${method} has the wrong status`, String(status), `${answer.status} ${preview(answer.body)}`, curl(method, keyUrl(context.origin, key), body));
}

export async function put(context: CheckContext, key: string, body: Buffer): Promise<void> {
  expectStatus(context, await request(context, "PUT", key, body), 204, "PUT", key, body);
}

/** Fails unless a body is these bytes. */
export function expectBytes(context: CheckContext, seen: Buffer | null, expected: Buffer, what: string, key: string): void {
  if (seen !== null && seen.equals(expected)) return;
  throw new CheckFailure(`${what} is not what was stored`, preview(expected), seen === null ? "nothing" : preview(seen), curl("GET", keyUrl(context.origin, key)));
}

export function keyUrl(origin: string, key: string): string {
  return `${origin}/v1/cache/${encodeURIComponent(key)}`;
}

/** A curl command for the request; long bodies are cut, and said to be. */
export function curl(method: string, url: string, body?: Buffer): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const data = body === undefined ? "" : ` --data-binary ${body.length <= 200 ? quoted(body.toString("utf8")) : `@FILE (${body.length} bytes)`}`;
  return `curl -i -X ${method}${data} ${quoted(url)}`;
}

function preview(bytes: Buffer): string {
  const text = JSON.stringify(bytes.subarray(0, 80).toString("utf8"));
  return bytes.length > 80 ? `${text}... (${bytes.length} bytes)` : text;
}
