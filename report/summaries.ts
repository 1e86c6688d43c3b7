/** The bill and the articles in a few words, for the renderers that have no room for all of it. */
import type { ArticleTest } from "../harness/core/claims.ts";
import type { CostWish } from "../harness/core/cost.ts";
import { type CostLine, costLines, defaultSettings } from "./cost-lines.ts";
import type { CostRow, CostView } from "./model-types.ts";

export interface Bill {
  readonly row: CostRow;
  readonly line: CostLine;
}

/** Of the first scenario, which is the one that the report begins with; empty where there is none. */
export function firstBills({ wish, prices, scenarios }: CostView): readonly Bill[] {
  const rows = scenarios[0]?.rows ?? [];
  const lines = costLines(rows, prices, { ...defaultSettings, ...wish });
  return rows.flatMap((row, index) => {
    const line = lines[index];
    return line === undefined ? [] : [{ row, line }];
  });
}

export function wishText({ opsPerS, p99Ms, utilisation }: CostWish): string {
  return `${opsPerS.toLocaleString("en")} operations/s, p99 of ${p99Ms} ms or less, ${Math.round(utilisation * 100)} % utilisation: the cheapest bill of each, an estimate`;
}

export function countsText({ counts }: ArticleTest): string {
  return Object.entries(counts)
    .flatMap(([verdict, count]) => (count === 0 ? [] : `${count} ${verdict}`))
    .join(", ");
}
