/** The Chromium of this machine, without the network that it would ask for by itself. */
import { existsSync } from "node:fs";
import type { Chart as ChartClass } from "chart.js";
import { type Browser, chromium, type Page } from "playwright-core";

/** The page's own. */
declare const Chart: typeof ChartClass;

export const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export function startChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("no Chromium found: apt-get install chromium");
  return chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", "--headless", "--disable-gpu", ...quiet] });
}

/** A page draws its charts one after the other, and can be read before the last. */
export async function untilDrawn(page: Page): Promise<void> {
  await page.waitForFunction(() => [...document.querySelectorAll("canvas")].every((canvas) => Chart.getChart(canvas) !== undefined));
}
