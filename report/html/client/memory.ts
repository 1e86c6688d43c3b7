/** Memory of the median launch over time: RSS solid, PSS dashed. */
import type { MemoryPoint, MemorySeries } from "../../charts/types.ts";
import { axisTitle, Chart, pointShape, seriesColour, tickText } from "./theme.ts";

export function drawMemory(canvas: HTMLCanvasElement, series: readonly MemorySeries[]): void {
  new Chart(canvas, {
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
  });
}

function dataset(line: MemorySeries, kind: "RSS" | "PSS") {
  const value = (point: MemoryPoint) => (kind === "RSS" ? point.rssMb : point.pssMb);
  return {
    label: `${line.name} ${kind}`,
    data: line.points.flatMap((point) => {
      const y = value(point);
      return y === null ? [] : [{ x: point.atS, y }];
    }),
    borderColor: seriesColour(line),
    backgroundColor: seriesColour(line),
    borderWidth: kind === "RSS" ? 2 : 1.5,
    borderDash: kind === "RSS" ? [] : [3, 4],
    pointRadius: kind === "RSS" ? 3 : 0,
    pointStyle: pointShape(line),
  };
}

function phaseOf(series: readonly MemorySeries[], atS: number): string {
  const nearest = series.flatMap(({ points }) => points).toSorted((a, b) => Math.abs(a.atS - atS) - Math.abs(b.atS - atS));
  return nearest[0]?.phase ?? "";
}
