/** HdrHistogram's percentile plot: each nine takes the same room on the x axis. */
import type { LatencySeries } from "../../charts/types.ts";
import { axisTitle, Chart, keepRoundTicks, pointShape, seriesColour, tickText } from "./theme.ts";

const percentileTicks = [0, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 99.999];

export function drawLatency(canvas: HTMLCanvasElement, series: readonly LatencySeries[]): void {
  const end = Math.max(...series.flatMap(({ points }) => points.map((point) => point.x)));
  new Chart(canvas, {
    type: "line",
    data: {
      datasets: series.map((line) => ({
        label: line.name,
        data: line.points.map(({ x, ms }) => ({ x, y: ms })),
        borderColor: seriesColour(line),
        backgroundColor: seriesColour(line),
        borderWidth: 2,
        borderDash: line.variant === "production" ? [] : [6, 3],
        pointRadius: 0,
        pointHitRadius: 8,
        pointStyle: pointShape(line),
      })),
    },
    options: {
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: {
          type: "linear",
          min: 0,
          max: end,
          title: axisTitle("percentile"),
          afterBuildTicks: (axis) => {
            axis.ticks = percentileTicks.map((p) => ({ value: positionOf(p) })).filter(({ value }) => value <= end + 1e-9);
          },
          ticks: { callback: (value) => `p${percentileAt(Number(value))}`, autoSkip: false, maxRotation: 0 },
        },
        y: { type: "logarithmic", title: axisTitle("response time, ms"), afterBuildTicks: keepRoundTicks, ticks: { callback: tickText } },
      },
      plugins: {
        legend: { labels: { usePointStyle: true } },
        tooltip: {
          callbacks: {
            title: ([item]) => (item ? `p${percentileAt(item.parsed.x ?? 0)}` : ""),
            label: ({ dataset, parsed }) => `${dataset.label}: ${tickText(parsed.y ?? 0)} ms`,
          },
        },
      },
    },
  });
}

function positionOf(percentile: number): number {
  return -Math.log10(1 - percentile / 100);
}

function percentileAt(x: number): number {
  return Number((100 * (1 - 10 ** -x)).toFixed(x < 2 ? 1 : 3));
}
