/** Footnotes in the order of first use; the same reason with the same cure is one footnote. */
import type { Footnote, ReportModel } from "./model-types.ts";
import { asSentence } from "./names.ts";

export class Footnotes {
  readonly #numbers = new Map<string, Footnote>();

  /** The number of the footnote with this reason and cure. */
  cite(reason: string, cure: string): number {
    const key = JSON.stringify([reason, cure]);
    const known = this.#numbers.get(key);
    if (known) return known.number;
    const footnote = { number: this.#numbers.size + 1, reason: asSentence(reason), cure: asSentence(cure) };
    this.#numbers.set(key, footnote);
    return footnote.number;
  }

  all(): readonly Footnote[] {
    return [...this.#numbers.values()];
  }
}

/** Those of the figures in the main tables and of the scenarios' own; the page holds the others, under the same numbers. */
export function mainFootnotes({ tables, footnotes }: ReportModel): readonly Footnote[] {
  const used = new Set(
    tables.flatMap(({ rows, columns, own }) => [
      ...rows.flatMap((row) => [...row.footnotes, ...columns.flatMap(({ metric }) => row.cells[metric].footnotes)]),
      ...(own?.rows ?? []).flatMap(({ values }) => values.flatMap((value) => value.footnotes)),
    ]),
  );
  return footnotes.filter(({ number }) => used.has(number));
}
