/** Draws the charts of the page from the data inlined in it, and again when the colours change. */
import type { ColdStartChart, TableCharts } from "../../charts/types.ts";
import { drawColdStart } from "./cold-start.ts";
import { drawLatency } from "./latency.ts";
import { drawMemory } from "./memory.ts";
import { applyTheme, Chart } from "./theme.ts";
import { drawThroughput } from "./throughput.ts";

interface ReportData {
  readonly tables: readonly { readonly id: string; readonly charts: TableCharts }[];
  readonly coldStart: ColdStartChart | null;
}

const data = JSON.parse(document.getElementById("report-data")?.textContent ?? "{}") as ReportData;

function drawAll(): void {
  applyTheme();
  for (const { id, charts } of data.tables) {
    draw(`canvas-throughput-${id}`, (canvas) => drawThroughput(canvas, charts.throughput));
    draw(`canvas-latency-${id}`, (canvas) => drawLatency(canvas, charts.latency));
    draw(`canvas-memory-${id}`, (canvas) => drawMemory(canvas, charts.memory));
  }
  draw("canvas-cold-start", (canvas) => drawColdStart(canvas, data.coldStart?.boxes ?? []));
}

function draw(id: string, make: (canvas: HTMLCanvasElement) => void): void {
  const canvas = document.getElementById(id);
  if (!(canvas instanceof HTMLCanvasElement)) return;
  Chart.getChart(canvas)?.destroy();
  make(canvas);
}

/** Paper is white, whatever the screen is. */
function drawForPrint(printing: boolean): void {
  document.documentElement.toggleAttribute("data-print", printing);
  drawAll();
}

drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("beforeprint", () => drawForPrint(true));
addEventListener("afterprint", () => drawForPrint(false));
