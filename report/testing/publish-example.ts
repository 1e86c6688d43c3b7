/** `npm run example [-- RUN]`: renders docs/example anew, with screenshots; with a run's folder from that run's result. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startChromium } from "./chromium.ts";
import { exampleFolder, renderExample } from "./example.ts";

/** CSS pixels. */
const widths = [1280, 390];

const [run] = process.argv.slice(2);
await mkdir(exampleFolder, { recursive: true });
if (run !== undefined) await copyFile(join(run, "result.json"), join(exampleFolder, "result.json"));
for (const { name, content } of await renderExample()) await writeFile(join(exampleFolder, name), content);

const browser = await startChromium();
try {
  for (const width of widths) {
    const page = await browser.newPage({ viewport: { width, height: 1_600 }, colorScheme: "light" });
    await page.goto(pathToFileURL(join(exampleFolder, "report.html")).href);
    await page.screenshot({ path: join(exampleFolder, `report-${width}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
}
