import { setTimeout as sleep } from "node:timers/promises";
import { type Check, CheckFailure } from "../check.ts";
import { curl, expectStatus, expectValue, getKey, putKey } from "../http.ts";

/** The field Date has a resolution of one second. */
const waitMs = 1_200;
/** Between the service's clock and ours. */
const maxClockDifferenceMs = 5_000;

export const notFrozen: Check = {
  id: "not-frozen",
  number: 16,
  title: "nothing is pre-rendered: Date moves, and a value changed by one byte shows at the next read",
  needs: "url",
  quick: true,
  async run(context) {
    const [key, call] = [context.newKey("thawed"), getKey(context.newKey("dated"))];
    await expectStatus(context, { ...call, method: "PUT", body: Buffer.from("1") }, 204);
    const dates: number[] = [];
    for (let version = 0; version < 10; version++) {
      const value = Buffer.from(`"${"x".repeat(50)}${version}"`);
      await expectStatus(context, putKey(key, value), 204);
      await expectValue(context, key, value, "after one byte changed, the body of GET");
      await expectValue(context, key, value, "after one byte changed, the body of a second GET");
    }
    for (const pauseMs of [waitMs, 0]) {
      const { headers } = await expectStatus(context, call, 200);
      const date = headers.get("date") ?? "";
      if (Number.isNaN(Date.parse(date)))
        throw new CheckFailure("an answer has no Date", "Date, as in RFC 9110", date || "no Date", curl(context, call));
      dates.push(Date.parse(date));
      await sleep(pauseMs, undefined, context);
    }
    const [first = 0, second = 0] = dates;
    if (second > first && Math.abs(second - Date.now()) < maxClockDifferenceMs) return;
    const seen = dates.map((date) => new Date(date).toUTCString()).join(", then ");
    throw new CheckFailure(
      "Date does not move with the clock",
      `the time, ${waitMs / 1_000} s apart`,
      seen,
      `${curl(context, call)}; sleep 1.2; ${curl(context, call)}`,
    );
  },
};
