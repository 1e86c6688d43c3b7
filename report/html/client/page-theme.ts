/** The page's colours: from the style sheet, so that light, dark and print have one source. */
import type { Chart as ChartClass } from "chart.js";
import { drawStripes, type Theme } from "../../charts/draw/theme.ts";

/** Chart.js is inlined before this script. */
export declare const Chart: typeof ChartClass;

export function pageTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: colour("--ink"),
    soft: colour("--soft"),
    line: colour("--line"),
    font: getComputedStyle(document.body).fontFamily,
    series: (index) => colour(`--series-${index}`),
    hatch: (stripe) => {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 8;
      const pen = tile.getContext("2d");
      if (!pen) return stripe;
      drawStripes(pen, stripe);
      return pen.createPattern(tile, "repeat") ?? stripe;
    },
  };
}
