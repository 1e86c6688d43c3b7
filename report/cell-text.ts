/** The words and marks that terminal, markdown and HTML share. */
import type { CellView, Comparison, Row, Table } from "./model-types.ts";

/** "12.3", ">= 98,000", "void", or a dash where nothing was measured. */
export function valueText({ verdict, text }: CellView, atLeast = ">="): string {
  if (verdict === "missing") return "-";
  if (verdict === "void") return "void";
  return verdict === "bounded" ? `${atLeast} ${text}` : text;
}

/** Short enough for a column: "best", "base" (a lower bound may be better), "1.42x", "1.03x ~" (too close to call), "1.4x ?" (no difference claimed). */
export function comparisonMark(comparison: Comparison | null): string {
  if (comparison === null || comparison.kind === "alone") return "";
  if (comparison.kind === "best") return bestMarks[comparison.standing];
  return `${comparison.factorText}${comparison.kind === "too-close" ? " ~" : comparison.kind === "unclaimed" ? " ?" : ""}`;
}

const bestMarks = { clear: "best", shared: "1.00x ~", ranked: "base", unclaimed: "1.00x ?" } as const;

export const legend: readonly string[] = [
  "~ too close to call: the 95 % interval of the ratio to the best includes 1",
  "? too few launches, or no interval: no difference is claimed",
  ">= a lower bound, not ranked",
  "base the best valid figure, which the factors are of; a lower bound may be better",
];

export function footnoteMarks(numbers: readonly number[]): string {
  return numbers.map((number) => `[${number}]`).join("");
}

/** "valid", "bounded", "void", or why the row has no figures. */
export function rowState(row: Row): string {
  if (row.status !== "measured") return row.status;
  return row.launchNote === null ? row.validity : `${row.validity}, ${row.launchNote}`;
}

/** Which of them nobody may rank among themselves, in one line; none where all are apart. */
export function tieText({ ties }: Table): string[] {
  if (ties.length === 0) return [];
  const each = ties.map(({ title, sets }) => `${title}: ${sets.map((set) => set.join(" = ")).join(", ")}`);
  return [`Too close to call among themselves: ${each.join("; ")}. Ratios are not corrected for their number.`];
}
