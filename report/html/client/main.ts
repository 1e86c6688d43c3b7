/** Draws the charts of the page from the data inlined in it, and again when the colours change. */
import { allCharts } from "../../charts/draw/all.ts";
import { applyTheme } from "../../charts/draw/theme.ts";
import type { ReportModel } from "../../model-types.ts";
import { enliveCost } from "./cost.ts";
import { offerDownloads } from "./downloads.ts";
import { Chart, pageTheme } from "./page-theme.ts";

const model = JSON.parse(document.getElementById("report-data")?.textContent ?? "{}") as ReportModel;
const charts = allCharts(model);

function drawAll(): void {
  const theme = pageTheme();
  applyTheme(Chart.defaults, theme);
  for (const { name, configure } of charts) {
    const canvas = document.getElementById(`canvas-${name}`);
    if (!(canvas instanceof HTMLCanvasElement)) continue;
    Chart.getChart(canvas)?.destroy();
    new Chart(canvas, configure(theme));
  }
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
  drawAll();
}

drawAll();
enliveCost(model.cost);
offerDownloads(model);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("beforeprint", () => drawForPrint(true));
addEventListener("afterprint", () => drawForPrint(false));
