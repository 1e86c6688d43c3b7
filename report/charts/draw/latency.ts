/** Response times: HdrHistogram's percentile plot, where each nine takes the same room, and percentiles against load. */
import type { LatencySeries, LoadSeries } from "../types.ts";
import { axisTitle, type Configuration, keepRoundTicks, lineDash, pointShape, seriesColour, type Theme, tickText } from "./theme.ts";

const percentileTicks = [0, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 99.999];

export function latencyChart(series: readonly LatencySeries[], theme: Theme): Configuration {
  const end = Math.max(...series.flatMap(({ points }) => points.map((point) => point.x)));
  return {
    type: "line",
    data: {
      datasets: series.map((line) => ({
        label: line.name,
        data: line.points.map(({ x, ms }) => ({ x, y: ms })),
        borderColor: seriesColour(theme, line),
        backgroundColor: seriesColour(theme, line),
        borderWidth: 2,
        borderDash: lineDash(line),
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
        y: milliseconds,
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
  };
}

export function loadChart(series: readonly LoadSeries[], theme: Theme): Configuration {
  const dataset = (line: LoadSeries, percentile: "p50" | "p99") => {
    const points = line.points.flatMap(({ offeredRatePerS, p50Ms, p99Ms, few }) => {
      const y = percentile === "p50" ? p50Ms : p99Ms;
      return y === null ? [] : [{ x: offeredRatePerS, y, few }];
    });
    return {
      label: `${line.name} ${percentile}`,
      data: points,
      borderColor: seriesColour(theme, line),
      backgroundColor: seriesColour(theme, line),
      pointBackgroundColor: points.map(({ few }) => (few ? "transparent" : seriesColour(theme, line))),
      borderWidth: percentile === "p99" ? 2 : 1.5,
      borderDash: percentile === "p99" ? [] : [3, 4],
      pointRadius: 4,
      pointStyle: pointShape(line),
    };
  };
  return {
    type: "line",
    data: { datasets: series.flatMap((line) => [dataset(line, "p99"), dataset(line, "p50")]) },
    options: {
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: { type: "linear", beginAtZero: true, title: axisTitle("requests offered per second"), ticks: { callback: tickText } },
        y: milliseconds,
      },
      plugins: {
        legend: { labels: { usePointStyle: true, filter: ({ text }) => text.endsWith(" p99") } },
        tooltip: {
          callbacks: {
            title: ([item]) => (item ? `${tickText(item.parsed.x ?? 0)} requests/s` : ""),
            label: ({ dataset: { label }, parsed }) => `${label}: ${tickText(parsed.y ?? 0)} ms`,
          },
        },
      },
    },
  };
}

const milliseconds = {
  type: "logarithmic",
  title: axisTitle("response time, ms"),
  afterBuildTicks: keepRoundTicks,
  ticks: { callback: tickText },
} as const;

function positionOf(percentile: number): number {
  return -Math.log10(1 - percentile / 100);
}

function percentileAt(x: number): number {
  return Number((100 * (1 - 10 ** -x)).toFixed(x < 2 ? 1 : 3));
}
