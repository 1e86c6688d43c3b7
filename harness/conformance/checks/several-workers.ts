import { type Check, CheckFailure } from "../check.ts";
import { consistencyOf, readMetrics } from "../metrics.ts";
import { counted } from "./counted.ts";
import { readYourWrites } from "./read-your-writes.ts";

const workers = 2;

/** What workers with an L1 or counters of their own get wrong. */
const among: readonly Check[] = [readYourWrites, counted];

export const severalWorkers: Check = {
  id: "several-workers",
  number: 3,
  title: `with WORKERS=${workers} too every connection reads what one wrote, at once or within the declared bound, and all is counted`,
  needs: "launch",
  alone: true,
  timeCritical: true,
  async run(context) {
    const launch: typeof context.launch = (settings) => context.launch({ workers, ...settings });
    await using service = await launch();
    const site = { ...context, launch, origin: service.origin };
    // What one worker promises, several may not.
    const consistency = consistencyOf(await readMetrics(site));
    for (const check of among) {
      try {
        await check.run({ ...site, consistency });
      } catch (error) {
        if (!(error instanceof CheckFailure)) throw error;
        throw new CheckFailure(
          `with ${workers} workers: ${error.message}`,
          error.expected,
          error.seen,
          `start it with WORKERS=${workers}; ${error.reproduce}`,
        );
      }
    }
  },
};
