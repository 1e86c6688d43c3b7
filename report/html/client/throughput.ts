/** Bars with intervals; lower bounds are hatched and end in an arrow. */
import type { Plugin } from "chart.js";
import type { ThroughputBar } from "../../charts/types.ts";
import { axisTitle, Chart, cssColour, seriesColour, tickText } from "./theme.ts";

export function drawThroughput(canvas: HTMLCanvasElement, bars: readonly ThroughputBar[]): void {
  const configuration = {
    type: "barWithErrorBars",
    data: {
      labels: bars.map((bar) => bar.name),
      datasets: [
        {
          label: "throughput",
          data: bars.map((bar) => ({ x: bar.value, y: bar.name, xMin: bar.low, xMax: bar.high })),
          backgroundColor: bars.map((bar) => (bar.bounded ? hatch(seriesColour(bar)) : seriesColour(bar))),
          borderColor: bars.map(seriesColour),
          borderWidth: 1.5,
          maxBarThickness: 34,
          errorBarColor: cssColour("--ink"),
          errorBarWhiskerColor: cssColour("--ink"),
        },
      ],
    },
    options: {
      indexAxis: "y",
      layout: { padding: { right: 28 } },
      scales: { x: { beginAtZero: true, title: axisTitle("answers per second"), ticks: { callback: tickText, maxTicksLimit: 6 } } },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            label: ({ dataIndex }: { dataIndex: number }) => describe(bars[dataIndex]),
          },
        },
      },
    },
    plugins: [boundArrows(bars)],
  };
  // The types of Chart.js do not know the chart types of its plugins.
  new Chart(canvas, configuration as never);
}

function describe(bar: ThroughputBar | undefined): string {
  if (!bar) return "";
  const interval = `interval ${tickText(bar.low)} to ${tickText(bar.high)}`;
  return bar.bounded ? `at least ${tickText(bar.value)} ops/s, limited by the set-up` : `${tickText(bar.value)} ops/s, ${interval}`;
}

function hatch(colour: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  if (!pen) return colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  for (const offset of [-8, 0, 8]) {
    pen.moveTo(offset - 1, 9);
    pen.lineTo(offset + 9, -1);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat") ?? colour;
}

function boundArrows(bars: readonly ThroughputBar[]): Plugin {
  return {
    id: "boundArrows",
    afterDatasetsDraw(chart) {
      const pen = chart.ctx;
      chart.getDatasetMeta(0).data.forEach(({ y }, index) => {
        const bar = bars[index];
        if (!bar?.bounded) return;
        const start = (chart.scales["x"]?.getPixelForValue(Math.max(bar.high, bar.value)) ?? 0) + 6;
        pen.save();
        pen.strokeStyle = pen.fillStyle = seriesColour(bar);
        pen.lineWidth = 2;
        pen.beginPath();
        pen.moveTo(start, y);
        pen.lineTo(start + 14, y);
        pen.moveTo(start + 9, y - 5);
        pen.lineTo(start + 14, y);
        pen.lineTo(start + 9, y + 5);
        pen.stroke();
        pen.restore();
      });
    },
  };
}
