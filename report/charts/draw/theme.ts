/** What all charts share. The page takes its colours from the style sheet, a PNG from the same palette. */
import type { ChartConfiguration, Defaults } from "chart.js";
import type { Series } from "../types.ts";

export interface Theme {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly font: string;
  readonly series: (index: number) => string;
  /** Stripes in a colour: a lower bound, not a value. */
  readonly hatch: (colour: string) => CanvasPattern | string;
}

/** Of all chart types, those of the plugins too, which the types of Chart.js do not know. */
export type Configuration = ChartConfiguration;

export function seriesColour(theme: Theme, { colour }: Series): string {
  return theme.series(colour);
}

/** Variants of one language share its colour and differ in the shape of their points. */
export function pointShape({ variant }: Series): "circle" | "triangle" | "rect" {
  return variant === "tuned" ? "triangle" : variant === "article" ? "rect" : "circle";
}

export function lineDash({ variant }: Series): number[] {
  return variant === "production" ? [] : [6, 3];
}

export function applyTheme(defaults: Defaults, theme: Theme): void {
  defaults.animation = false;
  defaults.maintainAspectRatio = false;
  defaults.color = theme.ink;
  defaults.borderColor = theme.line;
  defaults.font.family = theme.font;
  defaults.font.size = 13;
  defaults.plugins.legend.labels.boxWidth = 8;
  defaults.plugins.legend.labels.boxHeight = 8;
}

export function axisTitle(text: string): { display: true; text: string } {
  return { display: true, text };
}

const tickNumbers = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

export function tickText(value: number | string): string {
  return tickNumbers.format(Number(value));
}

interface Axis {
  ticks: { value: number }[];
}

/** On a log axis 1, 2 and 5 of each decade stand for the others. */
export function keepRoundTicks(axis: Axis): void {
  axis.ticks = axis.ticks.filter(({ value }) => {
    const leading = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
    return [1, 2, 5].some((round) => Math.abs(leading - round) < 1e-6);
  });
}

/** Eight pixels of diagonal stripes, to be repeated. */
export function drawStripes(
  pen: Pick<CanvasRenderingContext2D, "strokeStyle" | "lineWidth" | "moveTo" | "lineTo" | "stroke">,
  colour: string,
): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  for (const offset of [-8, 0, 8]) {
    pen.moveTo(offset - 1, 9);
    pen.lineTo(offset + 9, -1);
  }
  pen.stroke();
}
