/** `npm run example [-- RUN]`: renders docs/example anew, with screenshots; with a run's folder from that run's result. */
import { deepStrictEqual } from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { startChromium, untilDrawn } from "./chromium.ts";
import { resultSchema } from "../../harness/core/result.ts";
import { drawnResult, exampleFolder, exampleResultFile, render, renderExample } from "./example.ts";

/** CSS pixels. */
const widths = [1280, 390];
/** Beside the top of the page. */
const parts = ["charts", "cost"];

const [run] = process.argv.slice(2);
await mkdir(exampleFolder, { recursive: true });
if (run !== undefined) {
  const whole = resultSchema.parse(JSON.parse(await readFile(join(run, "result.json"), "utf8")));
  const drawn = drawnResult(whole);
  deepStrictEqual(await render(drawn), await render(whole), "a chart draws what drawnResult leaves out");
  await writeFile(exampleResultFile, gzipSync(JSON.stringify(drawn), { level: 9 }));
}
for (const { name, content } of await renderExample()) await writeFile(join(exampleFolder, name), content);

const browser = await startChromium();
try {
  for (const width of widths) {
    const page = await browser.newPage({ viewport: { width, height: 1_600 }, colorScheme: "light" });
    await page.goto(pathToFileURL(join(exampleFolder, "report.html")).href);
    await untilDrawn(page);
    await page.screenshot({ path: join(exampleFolder, `report-${width}.png`) });
    for (const part of parts) {
      await page.locator(`#${part}`).evaluate((section) => section.scrollIntoView({ behavior: "instant" }));
      await page.screenshot({ path: join(exampleFolder, `${part}-${width}.png`) });
    }
    await page.close();
  }
} finally {
  await browser.close();
}
