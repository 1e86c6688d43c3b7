import { type Check, type CheckContext, CheckFailure } from "../check.ts";
import { type Call, curl, expectHeader, expectStatus, getKey, pathOf, preview, putKey } from "../http.ts";

/** MAX_VALUE_BYTES when it is not set, and a body over it that is not JSON either. */
const tooLarge = Buffer.alloc(1_048_577, "x");

export const problems: Check = {
  id: "problems",
  number: 18,
  title: "errors are problem+json (RFC 9457), judged in order: route, method, key, ttl, size, JSON",
  needs: "url",
  quick: true,
  async run(context) {
    const key = context.newKey("problems");
    const judged: readonly (readonly [Call, number])[] = [
      [getKey(key), 404],
      [{ method: "GET", target: "/nowhere" }, 404],
      [{ method: "POST", target: "/v1/cache/" }, 404],
      [{ method: "POST", target: pathOf("k".repeat(251)) }, 405],
      [{ method: "PUT", target: "/v1/cache/%FF?ttl=x", body: tooLarge }, 400],
      [putKey(key, tooLarge, "?ttl=0"), 400],
      [putKey(key, "nope"), 400],
      [{ method: "PUT", target: pathOf(key), body: tooLarge }, 413],
    ];
    for (const [call, status] of judged) await expectProblem(context, call, status);
  },
};

async function expectProblem(context: CheckContext, call: Call, status: number): Promise<void> {
  const answer = await expectStatus(context, call, status);
  expectHeader(context, call, answer, "Content-Type", "application/problem+json");
  const problem = parse(answer.body);
  if (problem !== null && (problem.status === undefined || problem.status === status)) return;
  throw new CheckFailure(
    "a problem is not the JSON of RFC 9457",
    `an object, status ${status} or none`,
    preview(answer.body),
    curl(context, call),
  );
}

function parse(body: Buffer): { readonly status?: unknown } | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
