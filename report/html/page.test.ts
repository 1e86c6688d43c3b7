/** The page in a real browser: what is drawn, what is loaded, what is left without a script. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Chart as ChartClass } from "chart.js";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { extractText, getDocumentProxy } from "unpdf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderCsv } from "../csv.ts";
import { buildReport } from "../model.ts";
import { chromiumPath, startChromium, untilDrawn } from "../testing/chromium.ts";
import { hostileText, syntheticResult, type SyntheticService } from "../testing/synthetic-result.ts";
import { renderHtml } from "./html.ts";

/** Where a line breaks, whether a space stands there, and which of two equal signs a font has, is not what a table says. */
const unbroken = (text: string) => text.normalize("NFKC").replace(/\s+/g, "");

declare const Chart: typeof ChartClass;

const mustRun = process.env["CI"] !== undefined;
if (!chromiumPath && !mustRun) console.warn("skipped: no Chromium found; on Debian: apt-get install chromium");

const services: SyntheticService[] = [
  { id: "rust-production", language: "rust", slowness: 1, figures: { throughput: "bounded", p999: "void" } },
  { id: "go-production", language: "go", slowness: 1.3 },
  { id: "go-tuned", language: "go", variant: "tuned", slowness: 1.2 },
  { id: "python-production", language: "python", slowness: 5 },
  { id: "java-production", language: "java", slowness: 2, status: "skipped" },
];
const result = syntheticResult({ services, capacityShares: [0.25, 0.5, 0.75, 0.9] });
const model = buildReport(result);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe.skipIf(!chromiumPath && !mustRun)("the page", () => {
  let browser: Browser;
  let folder: string;
  let files: { plain: string; hostile: string };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "report-"));
    files = { plain: path.join(folder, "plain.html"), hostile: path.join(folder, "hostile.html") };
    await writeFile(files.plain, await renderHtml(model));
    await writeFile(files.hostile, await renderHtml(buildReport(syntheticResult({ services, text: hostileText }))));
    browser = await startChromium();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  async function visit(file: string, use: (page: Page, troubles: string[]) => Promise<void>, options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
    try {
      const page = await context.newPage();
      const troubles: string[] = [];
      page.on("console", (message) => troubles.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => troubles.push(error.message));
      page.on("dialog", (dialog) => troubles.push(`dialog: ${dialog.message()}`));
      page.on(
        "request",
        (request) => request.url() !== pathToFileURL(file).href && !request.url().startsWith("data:") && troubles.push(request.url()),
      );
      await page.goto(pathToFileURL(file).href);
      if (options.javaScriptEnabled !== false) await untilDrawn(page);
      await use(page, troubles);
    } finally {
      await context.close();
    }
  }

  const dataOf = (page: Page, id: string) =>
    page.evaluate((canvas) => {
      const chart = Chart.getChart(canvas);
      if (!chart) return null;
      const { labels, datasets } = chart.data;
      return { labels: labels ?? [], datasets: datasets.map(({ label, data }) => ({ label, data: data as unknown[] })) };
    }, id);

  it("draws throughput with the intervals of the model", () =>
    visit(files.plain, async (page) => {
      const bars = model.tables[0]?.charts.throughput ?? [];
      const drawn = await dataOf(page, "canvas-throughput-mixed-70-30-2000");
      expect(drawn?.labels).toEqual(["Rust", "Go production", "Go tuned", "Python"]);
      expect(drawn?.datasets[0]?.data).toEqual(bars.map((bar) => ({ x: bar.value, y: bar.name, xMin: bar.low, xMax: bar.high })));
    }));

  it("draws a lower bound apart from a valid figure", () =>
    visit(files.plain, async (page) => {
      const fills = await page.evaluate(() => {
        const colours = Chart.getChart("canvas-throughput-mixed-70-30-2000")?.data.datasets[0]?.backgroundColor;
        return Array.isArray(colours) ? colours.map((colour: unknown) => (colour instanceof CanvasPattern ? "hatched" : "plain")) : [];
      });
      expect(fills).toEqual(["hatched", "plain", "plain", "plain"]);
    }));

  it("draws the percentiles, the memory and the cold starts of the model", () =>
    visit(files.plain, async (page) => {
      const charts = model.tables[0]?.charts;
      const latency = await dataOf(page, "canvas-latency-mixed-70-30-2000");
      expect(latency?.datasets.map(({ data }) => data)).toEqual(
        charts?.latency.map(({ points }) => points.map(({ x, ms }) => ({ x, y: ms }))),
      );
      const memory = await dataOf(page, "canvas-memory-mixed-70-30-2000");
      const [rust] = charts?.memory ?? [];
      expect(memory?.datasets).toHaveLength(8);
      expect(memory?.datasets[0]).toEqual({ label: "Rust RSS", data: rust?.points.map(({ atS, rssMb }) => ({ x: atS, y: rssMb })) });
      expect(memory?.datasets[1]).toEqual({ label: "Rust PSS", data: rust?.points.map(({ atS, pssMb }) => ({ x: atS, y: pssMb })) });
      const coldStart = await dataOf(page, "canvas-cold-start");
      expect(coldStart?.datasets[0]?.data).toEqual(model.coldStart?.boxes.map(({ samplesMs }) => samplesMs));
    }));

  it("draws the processor time and the response time against load of the model", () =>
    visit(files.plain, async (page) => {
      const charts = model.tables[0]?.charts;
      const cpu = await dataOf(page, "canvas-cpu-mixed-70-30-2000");
      expect(cpu?.datasets[0]?.data).toEqual(
        charts?.cpu.map(({ value, name, low, high }) => ({ x: value, y: name, xMin: low, xMax: high })),
      );
      const load = await dataOf(page, "canvas-load-mixed-70-30-2000");
      const tail = load?.datasets.filter(({ label }) => label?.endsWith(" p99"));
      expect(tail?.map(({ data }) => data)).toEqual(
        charts?.load.map(({ points }) => points.map(({ offeredRatePerS, p99Ms, few }) => ({ x: offeredRatePerS, y: p99Ms, few }))),
      );
    }));

  it("puts ink on each canvas", () =>
    visit(files.plain, async (page) => {
      const inked = await page.evaluate(() =>
        [...document.querySelectorAll("canvas")].map((canvas) => {
          const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          return pixels.some((value) => value > 0);
        }),
      );
      expect(inked).toEqual([true, true, true, true, true, true]);
    }));

  it("draws all charts at once when it is printed", () =>
    visit(files.plain, async (page) => {
      const charts = await page.evaluate(() => {
        const canvases = [...document.querySelectorAll("canvas")];
        for (const canvas of canvases) Chart.getChart(canvas)?.destroy();
        dispatchEvent(new Event("beforeprint"));
        return canvases.map((canvas) => Chart.getChart(canvas) !== undefined);
      });
      expect(charts).toEqual([true, true, true, true, true, true]);
    }));

  it.each(["light", "dark"] as const)("has no accessibility violation in %s", (colorScheme) =>
    visit(
      files.plain,
      async (page) => {
        await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
        await page.evaluate(axe);
        const violations = await page.evaluate(
          "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))",
        );
        expect(violations).toEqual([]);
      },
      { colorScheme },
    ),
  );

  it.each(["plain", "hostile"] as const)("loads nothing and reports nothing (%s)", (kind) =>
    visit(files[kind], async (page, troubles) => {
      await page.emulateMedia({ colorScheme: "dark" });
      await page.evaluate("new Promise(requestAnimationFrame)");
      expect(troubles).toEqual([]);
    }),
  );

  it("blocks a script that its policy does not know", () =>
    visit(files.plain, async (page) => {
      await page.evaluate(() => {
        const script = document.createElement("script");
        script.textContent = "globalThis.intruder = true";
        document.body.append(script);
      });
      expect(await page.evaluate("globalThis.intruder")).toBeUndefined();
    }));

  it("keeps hostile text as text", () =>
    visit(files.hostile, async (page) => {
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.locator(".machine").textContent()).toContain('</script><img src=x onerror="alert(1)"><!--');
    }));

  it("keeps every table and figure without JavaScript", () =>
    visit(
      files.plain,
      async (page) => {
        const text = (await page.locator("table.main").textContent()) ?? "";
        const [table] = model.tables;
        for (const row of table?.rows ?? []) for (const { metric } of table?.columns ?? []) expect(text).toContain(row.cells[metric].text);
        expect(await page.locator("figure table tbody tr").count()).toBe(5 * 4 + 4 * 5);
        expect(await page.locator("table.claims tbody tr").count()).toBe(model.articles.groups.flatMap(({ claims }) => claims).length);
        expect(await page.locator("#cost table").textContent()).toContain("c6g.medium");
        for (const { when } of model.advice) expect(await page.locator("#advice table").textContent()).toContain(when);
      },
      { javaScriptEnabled: false },
    ));

  it.each([390, 1280])("is not wider than a screen of %i px", (width) =>
    visit(
      files.plain,
      async (page) => {
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      },
      { viewport: { width, height: 800 } },
    ),
  );

  it("has its parts in order, and a baseline only when one is given", () =>
    visit(files.plain, async (page) => {
      const parts = await page.evaluate(() => [...document.querySelectorAll("section.part")].map(({ id }) => id));
      expect(parts).toEqual(["figures", "charts", "cost", "articles", "experience", "advice", "migration", "method", "limits"]);
      expect(await renderHtml(buildReport(result, { baseline: result }))).toContain('<section id="baseline" class="part">');
    }));

  const bills = (page: Page) => page.locator('[data-part="bill"]').allTextContents();

  it("computes the same bill with a script as without", async () => {
    const read = async (javaScriptEnabled: boolean) => {
      let rows: string[] = [];
      await visit(
        files.plain,
        async (page) => {
          await page.locator("#cost-controls").evaluate((form) => form.dispatchEvent(new Event("input")));
          rows = await page.locator("table.cost tbody tr").allTextContents();
        },
        { javaScriptEnabled },
      );
      return rows;
    };
    const withScript = await read(true);
    expect(withScript).toEqual(await read(false));
    expect(withScript[0]).toContain("$");
  });

  it("keeps what its sliders say in the URL, and shows it again from there", () =>
    visit(files.plain, async (page) => {
      const first = await bills(page);
      await page.locator('input[name="ops"]').fill("600");
      await page.locator('input[name="build-go-production"]').fill("5000");
      const moved = await bills(page);
      expect(moved).not.toEqual(first);
      expect(page.url()).toContain("#cost&ops=1000000&build-go-production=5000");
      expect(await page.locator("#out-ops").textContent()).toBe("1,000,000");
      expect((await page.locator('[data-part="payBack"]').allTextContents()).some((text) => text.includes("against"))).toBe(true);
      const address = page.url();
      await page.goto("about:blank");
      await page.goto(address);
      expect(await bills(page)).toEqual(moved);
      await page.locator('#cost-controls [type="reset"]').click();
      await expect.poll(() => bills(page)).toEqual(first);
    }));

  it("offers its figures as CSV and the report as JSON", () =>
    visit(files.plain, async (page) => {
      const save = async (button: string) => {
        const [download] = await Promise.all([page.waitForEvent("download"), page.locator(button).click()]);
        return [download.suggestedFilename(), await readFile(await download.path(), "utf8")] as const;
      };
      expect(await save("#download-csv")).toEqual([`${model.runId}.csv`, renderCsv(model)]);
      const [name, json] = await save("#download-json");
      expect([name, JSON.parse(json)]).toEqual([`${model.runId}.json`, JSON.parse(JSON.stringify(model))]);
    }));

  it("prints every table, folded away or not, and each of its cells is in the PDF", () =>
    visit(
      files.plain,
      async (page) => {
        const unseen = () => page.evaluate(() => [...document.querySelectorAll("td")].filter((cell) => !cell.checkVisibility()).length);
        expect(await unseen()).toBeGreaterThan(0);
        await page.emulateMedia({ media: "print" });
        expect(await unseen()).toBe(0);
        // A4 across, less its margins: 273 mm at 96 pixels an inch.
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1_032);
        const tables = await page.locator("th, td").allTextContents();
        const { text } = await extractText(await getDocumentProxy(new Uint8Array(await page.pdf({ format: "A4" }))), { mergePages: true });
        const printed = unbroken(text);
        expect(tables.filter((cell) => !printed.includes(unbroken(cell)))).toEqual([]);
      },
      { javaScriptEnabled: false, viewport: { width: 1_032, height: 720 } },
    ));

  it("leads each footnote mark and anchor to its place", () =>
    visit(files.plain, async (page) => {
      const lost = await page.evaluate(() =>
        [...document.querySelectorAll('a[href^="#"]')]
          .map((link) => link.getAttribute("href") ?? "")
          .filter((href) => !document.getElementById(href.slice(1))),
      );
      expect(lost).toEqual([]);
    }));
});
