/** How long a browser takes to open the report of a standard run: the published example. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { median } from "simple-statistics";
import { chromiumPath, startChromium, untilDrawn } from "../../report/testing/chromium.ts";
import { exampleFolder } from "../../report/testing/example.ts";

const openings = 5;

/** Seconds from the navigation, medians. */
interface Opening {
  /** To the second frame after the load event. */
  readonly readableS: number;
  /** To the last chart, far below. */
  readonly drawnS: number;
}

/** Null without a Chromium. */
export async function openExample(): Promise<Opening | null> {
  if (chromiumPath === undefined) return null;
  const browser = await startChromium();
  try {
    const readable: number[] = [];
    const drawn: number[] = [];
    while (readable.length < openings) {
      const page = await browser.newPage({ viewport: { width: 1_280, height: 1_600 } });
      await page.goto(pathToFileURL(join(exampleFolder, "report.html")).href);
      const elapsedMs = () =>
        page.evaluate(async () => {
          for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
          return performance.now();
        });
      readable.push((await elapsedMs()) / 1_000);
      await untilDrawn(page);
      drawn.push((await elapsedMs()) / 1_000);
      await page.close();
    }
    return { readableS: median(readable), drawnS: median(drawn) };
  } finally {
    await browser.close();
  }
}
