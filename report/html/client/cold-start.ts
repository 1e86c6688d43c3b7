/** Box plots of the cold starts, each run a point. */
import type { ColdStartBox } from "../../charts/types.ts";
import { axisTitle, Chart, cssColour, keepRoundTicks, seriesColour, tickText } from "./theme.ts";

export function drawColdStart(canvas: HTMLCanvasElement, boxes: readonly ColdStartBox[]): void {
  const configuration = {
    type: "boxplot",
    data: {
      labels: boxes.map((box) => box.name),
      datasets: [
        {
          label: "cold start",
          data: boxes.map((box) => box.samplesMs),
          backgroundColor: boxes.map((box) => `${seriesColour(box)}55`),
          borderColor: boxes.map(seriesColour),
          borderWidth: 1.5,
          medianColor: cssColour("--ink"),
          itemRadius: 2,
          itemBackgroundColor: boxes.map(seriesColour),
          itemBorderWidth: 0,
          outlierBackgroundColor: boxes.map(seriesColour),
          maxBarThickness: 34,
        },
      ],
    },
    options: {
      indexAxis: "y",
      scales: {
        x: { type: "logarithmic", title: axisTitle("ms, log scale"), afterBuildTicks: keepRoundTicks, ticks: { callback: tickText } },
      },
      plugins: { legend: { display: false } },
    },
  };
  // The types of Chart.js do not know the chart types of its plugins.
  new Chart(canvas, configuration as never);
}
