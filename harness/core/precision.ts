/** When a run has measured enough: `--precision`. */
import type { Cell, Figure } from "./result.ts";
import { launchesForInterval } from "./statistics.ts";

const judged = ["throughput", "cpuPerOperation"] as const;

/**
 * Whether the throughput and the processor time of every cell are known within this share, either way. A bound is no value
 * to be made more precise, and its cell is judged by the processor time alone; where a figure is void, it is not known.
 */
export function isPreciseEnough(cells: readonly Cell[], precision: number): boolean {
  return cells.length > 0 && cells.every(({ figures }) => judged.every((name) => isKnown(figures[name], precision)));
}

function isKnown(figure: Figure, precision: number): boolean {
  if (figure.verdict === "bounded") return true;
  if (figure.verdict === "void" || figure.launches < launchesForInterval || figure.interval === null) return false;
  // The interval is symmetric on the logarithms: value x (1 + precision) and value / (1 + precision).
  return Math.sqrt(figure.interval.high / figure.interval.low) - 1 <= precision;
}
