/** What all charts share: colours from the style sheet, so that light, dark and print have one source. */
import type { Chart as ChartClass } from "chart.js";

/** Chart.js is inlined before this script. */
export declare const Chart: typeof ChartClass;

interface Series {
  readonly name: string;
  readonly colour: number;
  readonly variant: string;
}

export function cssColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function seriesColour({ colour }: Series): string {
  return cssColour(`--series-${colour}`);
}

/** Variants of one language share its colour and differ in the shape of their points. */
export function pointShape({ variant }: Series): "circle" | "triangle" | "rect" {
  return variant === "tuned" ? "triangle" : variant === "article" ? "rect" : "circle";
}

export function applyTheme(): void {
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.color = cssColour("--ink");
  Chart.defaults.borderColor = cssColour("--line");
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 13;
  Chart.defaults.plugins.legend.labels.boxWidth = 8;
  Chart.defaults.plugins.legend.labels.boxHeight = 8;
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
