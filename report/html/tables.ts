/** Tables: complete without a script, each number with its unit, interval and verdict. */
import { comparisonMark, valueText } from "../cell-text.ts";
import type { CellView, Column, Row, Table } from "../model-types.ts";
import { markup, type Markup } from "./markup.ts";

export function mainTable(table: Table): Markup {
  const head = table.columns.map(
    ({ title, unit, meaning }) => markup`<th scope="col" class="number" title="${meaning}">${title}<span class="unit">${unit}</span></th>`,
  );
  return scrollable(
    `${table.title}: all implementations`,
    markup`<table class="main">
      <caption>
        ${table.title}
      </caption>
      <thead>
        <tr>
          <th scope="col">implementation</th>
          ${head}
          <th scope="col">validity</th>
        </tr>
      </thead>
      <tbody>
        ${table.rows.map((row) => mainRow(row, table.columns))}
      </tbody>
    </table>`,
  );
}

function mainRow(row: Row, columns: readonly Column[]): Markup {
  const name = markup`<th scope="row">${swatch(row.colour)}${row.language}<span class="variant">${row.variant}</span>${issues(row)}</th>`;
  const state = markup`<td class="state">
    ${badge(row.status === "measured" ? row.validity : row.status)}${footnoteLinks(row.footnotes)}${
      row.launchNote === null ? null : markup`<span class="interval">${row.launchNote}</span>`
    }
  </td>`;
  if (row.status !== "measured") {
    return markup`<tr>
      ${name}
      <td colspan="${columns.length}" class="absent">no figures: ${row.status}</td>
      ${state}
    </tr>`;
  }
  return markup`<tr>
    ${name}${columns.map(({ metric }) => figureCell(row.cells[metric]))}${state}
  </tr>`;
}

/** Each fault that the manifest admits is a badge with its sentence. */
function issues({ issues, group }: Row): Markup | null {
  if (issues.length === 0 || group !== "article") return null;
  return markup`<details class="issues">
    <summary>${issues.length} declared ${issues.length === 1 ? "fault" : "faults"}</summary>
    <ul>
      ${issues.map(({ badge, sentence }) => markup`<li><span class="badge bounded">${badge}</span> ${sentence}</li>`)}
    </ul>
  </details>`;
}

export function figureCell(cell: CellView): Markup {
  const number = markup`<span class="value ${cell.verdict}">${valueText(cell, "≥")}${footnoteLinks(cell.footnotes)}</span>`;
  const interval =
    cell.interval && markup`<span class="interval">${cell.interval.text}${cell.interval.kind === "range" ? " range" : ""}</span>`;
  return markup`<td class="number">${number}${interval}${comparison(cell)}</td>`;
}

function comparison(cell: CellView): Markup | null {
  const mark = comparisonMark(cell.comparison);
  if (mark === "" || cell.comparison === null) return null;
  const { kind } = cell.comparison;
  const standing = cell.comparison.kind === "best" ? cell.comparison.standing : null;
  if (standing === "clear") return markup`<span class="factor best">best</span>`;
  const factor = mark.replace(/ [~?]$/, "");
  if (kind === "too-close" || standing === "shared") return markup`<span class="factor">${factor}, tied</span>`;
  if (kind === "unclaimed" || standing === "unclaimed") return markup`<span class="factor">${factor}, unclaimed</span>`;
  return markup`<span class="factor">${factor}</span>`;
}

/** What only this scenario has. */
export function ownTable({ own, title }: Table): Markup | null {
  if (own === null || own.rows.length === 0) return null;
  const heads = own.columns.map(
    ({ title, unit, meaning }) => markup`${unit === "" ? title : `${title}, ${unit}`}<span class="unit">${meaning}</span>`,
  );
  const rows = own.rows.map(({ name, colour, values }) => [
    markup`${swatch(colour)}${name}`,
    ...values.map(
      ({ verdict, text, interval, footnotes }) =>
        markup`<span class="value ${verdict}">${text.replace(">=", "≥")}${footnoteLinks(footnotes)}</span>${interval === null ? null : markup`<span class="interval">${interval} range</span>`}`,
    ),
  ]);
  return scrollable(`${title}: its own figures`, grid(["implementation", ...heads], rows, own.columns.length));
}

/** Every metric, one per row. */
export function allFigures(table: Table): Markup {
  const rows = table.rows.filter((row) => row.status === "measured");
  if (rows.length === 0) return markup``;
  return markup`<details>
    <summary>All figures of ${table.title}</summary>
    ${scrollable(
      `${table.title}: all figures`,
      markup`<table>
        <thead>
          <tr>
            <th scope="col">figure</th>
            ${rows.map((row) => markup`<th scope="col" class="number">${row.name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${table.allColumns.map(
            ({ metric, title, unit, meaning }) =>
              markup`<tr>
                <th scope="row">${title}, ${unit}<span class="unit">${meaning}</span></th>
                ${rows.map((row) => figureCell(row.cells[metric]))}
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}
  </details>`;
}

export function badge(state: string): Markup {
  return markup`<span class="badge ${state.replaceAll(" ", "-")}">${state}</span>`;
}

export function footnoteLinks(numbers: readonly number[]): Markup[] {
  return numbers.map((number) => markup`<sup><a href="#note-${number}" aria-label="footnote ${number}">${number}</a></sup>`);
}

export function swatch(colour: number): Markup {
  return markup`<span class="swatch series-${colour}"></span>`;
}

/** Wide tables scroll by themselves, by keyboard too. */
export function scrollable(label: string, table: Markup): Markup {
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>`;
}

type GridCell = Markup | string | readonly Markup[];

/** A plain table; the first `numbers` columns after the first hold numbers. */
export function grid(head: readonly GridCell[], rows: readonly (readonly GridCell[])[], numbers = 0, kinds = ""): Markup {
  const kind = (index: number): string => (index > 0 && index <= numbers ? "number" : "text");
  return markup`<table class="${kinds}">
    <thead>
      <tr>
        ${head.map((text, index) => (text === "" ? markup`<td></td>` : markup`<th scope="col" class="${kind(index)}">${text}</th>`))}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([first = "", ...others]) =>
          markup`<tr>
            <th scope="row">${first}</th>
            ${others.map((cell, index) => markup`<td class="${kind(index + 1)}">${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
