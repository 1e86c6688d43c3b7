import type { Check } from "../check.ts";
import { expectStatus, put, request } from "../http.ts";

/** MAX_VALUE_BYTES when it is not set. */
const limitBytes = 1_048_576;

export const sizeLimit: Check = {
  id: "size-limit",
  title: "a value of MAX_VALUE_BYTES is stored, one byte more is 413",
  async run(context) {
    const ofSize = (bytes: number): Buffer => Buffer.from(`"${"x".repeat(bytes - 2)}"`);
    await put(context, context.newKey("limit"), ofSize(limitBytes));
    const [key, body] = [context.newKey("over-limit"), ofSize(limitBytes + 1)];
    expectStatus(context, await request(context, "PUT", key, body), 413, "PUT", key, body);
  },
};
