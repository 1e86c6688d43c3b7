/** The parts of the page, top to bottom: a new part is one function and one entry in the list at the end. */
import type { Fact, ReportModel } from "../model-types.ts";
import { coldStartFigure, tableFigures } from "./figures.ts";
import { markup, type Markup } from "./markup.ts";
import { allFigures, mainTable } from "./tables.ts";

type Section = (model: ReportModel) => Markup;

export const header: Section = (model) =>
  markup`<header>
    <p class="kicker">${facts(model, ["Date"])} · run ${model.runId}</p>
    <h1>${model.title}</h1>
    <p class="verdict">${model.verdict}</p>
    <p class="machine">${facts(model, ["Machine"])}; ${facts(model, ["Redis"])}</p>
  </header>`;

const cards: Section = ({ cards }) =>
  cards.length === 0
    ? markup``
    : markup`<section aria-label="Key figures">
        <ul class="cards">
          ${cards.map(
            ({ title, value, unit, who, detail }) =>
              markup`<li>
                <span class="card-title">${title}</span>
                <span class="card-value">${value}<small>${unit}</small></span>
                <span class="card-who">${who}</span>
                <span class="card-detail">${detail}</span>
              </li>`,
          )}
        </ul>
      </section>`;

const quality: Section = ({ qualityNotes }) =>
  qualityNotes.length === 0
    ? markup``
    : markup`<section class="quality" id="quality">
        ${heading("quality", "How far to trust this run")}
        <ul>
          ${qualityNotes.map((note) => markup`<li>${note}</li>`)}
        </ul>
      </section>`;

const tables: Section = (model) =>
  markup`${model.tables.map(
    (table, index) =>
      markup`<section id="scenario-${table.id}">
        ${heading(`scenario-${table.id}`, table.title)}
        <p>${table.purpose}</p>
        ${mainTable(table)}
        <p class="legend">
          Second line: 95 % interval over launches, or the range where so marked. Factors compare with the best valid figure of the column.
          Lower is better, except for throughput.
        </p>
        ${allFigures(table)}
        <div class="figures">${tableFigures(table)}${index === 0 ? coldStartFigure(model) : null}</div>
      </section>`,
  )}`;

const footnotes: Section = ({ footnotes }) =>
  footnotes.length === 0
    ? markup``
    : markup`<section id="notes">
        ${heading("notes", "Footnotes")}
        <ol class="notes">
          ${footnotes.map(({ number, reason, cure }) => markup`<li id="note-${number}">${reason} <em>${cure}</em></li>`)}
        </ol>
      </section>`;

const method: Section = (model) =>
  markup`<section id="method">
    ${heading("method", "Method")}
    <ul>
      ${model.method.map((note) => markup`<li>${note}</li>`)}
    </ul>
    <dl>
      ${model.facts.map(
        ({ label, value }) =>
          markup`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <p>To measure this again:</p>
    <pre role="region" tabindex="0" aria-label="Command"><code>${model.command}</code></pre>
  </section>`;

const limits: Section = ({ limits }) =>
  markup`<section id="limits">
    ${heading("limits", "What this run cannot say")}
    <ul>
      ${limits.map((note) => markup`<li>${note}</li>`)}
    </ul>
  </section>`;

function heading(id: string, text: string): Markup {
  return markup`<h2>${text}<a class="anchor" href="#${id}" aria-label="Link to ${text}">#</a></h2>`;
}

function facts({ facts }: ReportModel, labels: readonly Fact["label"][]): string {
  return facts
    .filter(({ label }) => labels.includes(label))
    .map(({ value }) => value)
    .join("; ");
}

export const sections: readonly Section[] = [cards, quality, tables, footnotes, method, limits];
