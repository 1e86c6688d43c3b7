/** Draws the charts of the page from the data inlined in it, and again when the colours change. */
import { allCharts, type NamedChart } from "../../charts/draw/all.ts";
import { applyTheme } from "../../charts/draw/theme.ts";
import type { ReportModel } from "../../model-types.ts";
import { enliveCost } from "./cost.ts";
import { offerDownloads } from "./downloads.ts";
import { Chart, pageTheme } from "./page-theme.ts";

const model = JSON.parse(document.getElementById("report-data")?.textContent ?? "{}") as ReportModel;
const charts = allCharts(model);

let theme = pageTheme();
let waiting: NamedChart[] = [];

function beginAnew(): void {
  theme = pageTheme();
  applyTheme(Chart.defaults, theme);
  waiting = [...charts];
}

function draw({ name, configure }: NamedChart): void {
  const canvas = document.getElementById(`canvas-${name}`);
  if (!(canvas instanceof HTMLCanvasElement)) return;
  Chart.getChart(canvas)?.destroy();
  new Chart(canvas, configure(theme));
}

/** From the top, each after the browser has painted: the page is read and scrolled while those below are drawn. */
function drawInTurn(): void {
  beginAnew();
  const next = (): void => {
    waiting.splice(0, 1).forEach(draw);
    if (waiting.length > 0) afterPaint(next);
  };
  afterPaint(next);
}

function afterPaint(act: () => void): void {
  requestAnimationFrame(() => setTimeout(act));
}

function drawAtOnce(): void {
  beginAnew();
  waiting.splice(0).forEach(draw);
}

/** Paper is white, whatever the screen is, and shows what is folded away on it. */
function drawForPrint(printing: boolean): void {
  document.documentElement.toggleAttribute("data-print", printing);
  for (const details of document.querySelectorAll("details")) {
    if (printing && !details.open) details.dataset["folded"] = "";
    if (printing) details.open = true;
    else if (details.dataset["folded"] !== undefined) {
      details.open = false;
      delete details.dataset["folded"];
    }
  }
  drawAtOnce();
}

drawInTurn();
enliveCost(model.cost);
offerDownloads(model);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawInTurn);
addEventListener("beforeprint", () => drawForPrint(true));
addEventListener("afterprint", () => drawForPrint(false));
