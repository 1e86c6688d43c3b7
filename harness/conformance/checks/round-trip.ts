import { CheckFailure, type Check } from "../check.ts";
import { curl, expectBytes, expectStatus, keyUrl, put, request } from "../http.ts";

/** Values on which JSON libraries disagree, and white space that a re-serialising service would lose. */
const values = ['{"a":1}', "null", ' {"b" :\t[1 , 2]}\n', '"\\ud800"', "1e999", "9007199254740993", '{"k":1,"k":2}', '"gr\u00fc\u00df \u{1f600}"', `"${"x".repeat(10_000)}"`];

export const roundTrip: Check = {
  id: "round-trip",
  title: "what PUT stores, GET gives back byte for byte, as application/json",
  async run(context) {
    for (const text of values) {
      const [key, value] = [context.newKey("round-trip"), Buffer.from(text)];
      await put(context, key, value);
      const answer = await request(context, "GET", key);
      expectStatus(context, answer, 200, "GET", key);
      expectBytes(context, answer.body, value, "the body of GET", key);
      const type = answer.headers.get("content-type");
      if (type !== "application/json") {
        throw new CheckFailure("GET has the wrong Content-Type", "application/json", String(type), curl("GET", keyUrl(context.origin, key)));
      }
    }
  },
};
