/** Bars with intervals: throughput, where lower bounds are hatched and end in an arrow, and processor time per operation. */
import type { Plugin } from "chart.js";
import type { Bar, CpuBar } from "../types.ts";
import { axisTitle, type Configuration, seriesColour, type Theme, tickText } from "./theme.ts";

export function throughputChart(bars: readonly Bar[], theme: Theme): Configuration {
  const describe = (bar: Bar | undefined): string => {
    if (!bar) return "";
    return bar.bounded
      ? `at least ${tickText(bar.value)} ops/s, limited by the set-up`
      : `${tickText(bar.value)} ops/s, interval ${tickText(bar.low)} to ${tickText(bar.high)}`;
  };
  return barChart(
    {
      labels: bars.map((bar) => bar.name),
      datasets: [barData("throughput", bars, theme)],
      axis: "answers per second",
      legend: false,
      tooltip: (_label, index) => describe(bars[index]),
    },
    [boundArrows(bars, theme)],
  );
}

export function cpuChart(bars: readonly CpuBar[], theme: Theme): Configuration {
  const redis = {
    ...barData(
      "Redis behind it",
      bars.map((bar) => ({ ...bar, value: bar.redis ?? 0, low: bar.redis ?? 0, high: bar.redis ?? 0 })),
      theme,
    ),
    backgroundColor: theme.line,
    borderColor: theme.soft,
    borderWidth: 1,
    errorBarColor: "transparent",
    errorBarWhiskerColor: "transparent",
  };
  const known = bars.some((bar) => bar.redis !== null);
  return barChart(
    {
      labels: bars.map((bar) => bar.name),
      datasets: [barData("service", bars, theme), ...(known ? [redis] : [])],
      axis: "µs of processor time per operation",
      legend: known,
      tooltip: (label, _index, value) => `${label}: ${tickText(value)} µs per operation`,
    },
    [],
  );
}

interface BarChart {
  readonly labels: readonly string[];
  readonly datasets: readonly object[];
  readonly axis: string;
  readonly legend: boolean;
  readonly tooltip: (label: string, index: number, value: number) => string;
}

function barChart({ labels, datasets, axis, legend, tooltip }: BarChart, plugins: readonly Plugin[]): Configuration {
  const configuration = {
    type: "barWithErrorBars",
    data: { labels, datasets },
    options: {
      indexAxis: "y",
      layout: { padding: { right: 28 } },
      scales: { x: { beginAtZero: true, title: axisTitle(axis), ticks: { callback: tickText, maxTicksLimit: 6 } } },
      plugins: {
        legend: { display: legend },
        tooltip: {
          callbacks: {
            label: ({ dataset, dataIndex, parsed }: { dataset: { label: string }; dataIndex: number; parsed: { x: number } }) =>
              tooltip(dataset.label, dataIndex, parsed.x),
          },
        },
      },
    },
    plugins,
  };
  return configuration as unknown as Configuration;
}

function barData(label: string, bars: readonly Bar[], theme: Theme): object {
  return {
    label,
    data: bars.map((bar) => ({ x: bar.value, y: bar.name, xMin: bar.low, xMax: bar.high })),
    backgroundColor: bars.map((bar) => (bar.bounded ? theme.hatch(seriesColour(theme, bar)) : seriesColour(theme, bar))),
    borderColor: bars.map((bar) => seriesColour(theme, bar)),
    borderWidth: 1.5,
    maxBarThickness: 34,
    errorBarColor: theme.ink,
    errorBarWhiskerColor: theme.ink,
  };
}

function boundArrows(bars: readonly Bar[], theme: Theme): Plugin {
  return {
    id: "boundArrows",
    afterDatasetsDraw(chart) {
      const pen = chart.ctx;
      chart.getDatasetMeta(0).data.forEach(({ y }, index) => {
        const bar = bars[index];
        if (!bar?.bounded) return;
        const start = (chart.scales["x"]?.getPixelForValue(Math.max(bar.high, bar.value)) ?? 0) + 6;
        pen.save();
        pen.strokeStyle = pen.fillStyle = seriesColour(theme, bar);
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
