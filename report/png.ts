/** Each chart as a PNG, drawn by the functions that draw it in the page, on white. */
import { createCanvas, GlobalFonts } from "@napi-rs/canvas";
import { BoxPlotController, BoxAndWiskers } from "@sgratzl/chartjs-chart-boxplot";
import { Chart, registerables } from "chart.js";
import { BarWithErrorBar, BarWithErrorBarsController } from "chartjs-chart-error-bars";
import { environmentError } from "../harness/errors.ts";
import { allCharts, type NamedChart } from "./charts/draw/all.ts";
import { applyTheme, drawStripes, type Theme } from "./charts/draw/theme.ts";
import { lightPalette } from "./html/style.ts";
import type { ReportModel } from "./model-types.ts";

export interface Png {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const widthPx = 960;
/** Twice the pixels: sharp on dense screens and on paper. */
const density = 2;

const theme: Theme = {
  ink: lightPalette.ink,
  soft: lightPalette.soft,
  line: lightPalette.line,
  font: "Liberation Sans, DejaVu Sans, Arial, Helvetica, sans-serif",
  series: (index) => lightPalette.series[index] ?? lightPalette.ink,
  hatch: (colour) => {
    const tile = createCanvas(8, 8);
    drawStripes(tile.getContext("2d"), colour);
    return createCanvas(1, 1).getContext("2d").createPattern(tile, "repeat") as unknown as CanvasPattern;
  },
};

export function renderPngs(model: ReportModel): Png[] {
  if (GlobalFonts.families.length === 0)
    throw environmentError("no font is installed, so a PNG would have no text", "install one, as in apt-get install fonts-dejavu-core");
  Chart.register(...registerables, BarWithErrorBarsController, BarWithErrorBar, BoxPlotController, BoxAndWiskers);
  applyTheme(Chart.defaults, theme);
  const titles = new Map(model.tables.map(({ id, title }) => [id, title]));
  return allCharts(model).map((chart) => ({ name: `${chart.name}.png`, bytes: draw(chart, titleOf(chart.name, titles)) }));
}

function titleOf(name: string, titles: ReadonlyMap<string, string>): string {
  if (name === "cold-start") return "Cold start";
  const [kind = "", ...rest] = name.split("-");
  return `${kindTitles[kind] ?? kind}: ${titles.get(rest.join("-")) ?? ""}`;
}

const kindTitles: Readonly<Record<string, string>> = {
  throughput: "Throughput",
  latency: "Response time by percentile",
  load: "Response time against load",
  memory: "Memory over a trial",
  cpu: "Processor time per operation",
};

function draw({ bars, configure }: NamedChart, title: string): Uint8Array {
  const canvas = createCanvas(widthPx, bars === null ? 480 : 140 + 60 * bars);
  const configuration = configure(theme);
  const chart = new Chart(canvas as unknown as HTMLCanvasElement, {
    ...configuration,
    options: {
      ...configuration.options,
      responsive: false,
      devicePixelRatio: density,
      layout: { padding: { top: 12, bottom: 12, left: 16, right: 36 } },
      plugins: { ...configuration.options?.plugins, title: { display: true, text: title, font: { size: 16 }, padding: { bottom: 14 } } },
    },
    plugins: [...(configuration.plugins ?? []), paper],
  });
  const bytes = canvas.toBuffer("image/png");
  chart.destroy();
  return bytes;
}

const paper = {
  id: "paper",
  beforeDraw({ ctx, width, height }: Chart): void {
    ctx.save();
    ctx.fillStyle = "#ffffff";
    ctx.fillRect(0, 0, width, height);
    ctx.restore();
  },
};
