/** Memory of the median launch over time: RSS solid, PSS dashed. */
import type { MemoryPoint, MemorySeries } from "../types.ts";
import { axisTitle, type Configuration, pointShape, seriesColour, type Theme, tickText } from "./theme.ts";

export function memoryChart(series: readonly MemorySeries[], theme: Theme): Configuration {
  const dataset = (line: MemorySeries, kind: "RSS" | "PSS") => ({
    label: `${line.name} ${kind}`,
    data: line.points.flatMap((point) => {
      const y = memoryOf(point, kind);
      return y === null ? [] : [{ x: point.atS, y }];
    }),
    borderColor: seriesColour(theme, line),
    backgroundColor: seriesColour(theme, line),
    borderWidth: kind === "RSS" ? 2 : 1.5,
    borderDash: kind === "RSS" ? [] : [3, 4],
    pointRadius: kind === "RSS" ? 3 : 0,
    pointStyle: pointShape(line),
  });
  return {
    type: "line",
    data: { datasets: series.flatMap((line) => [dataset(line, "RSS"), dataset(line, "PSS")]).filter(({ data }) => data.length > 0) },
    options: {
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: { type: "linear", min: 0, title: axisTitle("seconds since the start"), ticks: { callback: tickText } },
        y: { beginAtZero: true, title: axisTitle("MB"), ticks: { callback: tickText } },
      },
      plugins: {
        // PSS has the colour of its RSS and is told by the dashes.
        legend: { labels: { usePointStyle: true, filter: ({ text }) => text.endsWith(" RSS") } },
        tooltip: {
          callbacks: {
            title: ([item]) => (item ? `${phaseOf(series, item.parsed.x ?? 0)}, ${tickText(item.parsed.x ?? 0)} s` : ""),
            label: ({ dataset: { label }, parsed }) => `${label}: ${tickText(parsed.y ?? 0)} MB`,
          },
        },
      },
    },
  };
}

function memoryOf({ rssMb, pssMb }: MemoryPoint, kind: "RSS" | "PSS"): number | null {
  return kind === "RSS" ? rssMb : pssMb;
}

function phaseOf(series: readonly MemorySeries[], atS: number): string {
  const nearest = series.flatMap(({ points }) => points).toSorted((a, b) => Math.abs(a.atS - atS) - Math.abs(b.atS - atS));
  return nearest[0]?.phase ?? "";
}
