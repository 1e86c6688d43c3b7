/** The parts of the page, top to bottom: a new part is one entry in the list at the end. */
import { tieText } from "../cell-text.ts";
import type { Fact, ReportModel } from "../model-types.ts";
import { articles } from "./articles.ts";
import { cost } from "./cost.ts";
import { advice, baseline, experience, migration } from "./decisions.ts";
import { coldStartFigure, tableFigures } from "./figures.ts";
import { markup, type Markup } from "./markup.ts";
import { anchor, bullets, heading, type Part } from "./parts.ts";
import { redisExcluded } from "./redis-excluded.ts";
import { allFigures, mainTable, ownTable } from "./tables.ts";

export function header(model: ReportModel): Markup {
  const { grade } = model;
  return markup`<header>
    <div class="title">
      <p class="kicker">${facts(model, ["Date"])} · run ${model.runId}</p>
      <h1>${model.title}</h1>
      <p class="machine">${facts(model, ["Machine"])}; ${facts(model, ["Redis"])}</p>
    </div>
    <section class="grade" id="quality" aria-label="Data quality">
      <p><strong class="letter grade-${grade.letter}">${grade.letter}</strong> <span>Data quality: ${grade.meaning}.</span></p>
      ${grade.reasons.length === 0 ? null : bullets(grade.reasons.map(({ sentence }) => sentence))}
    </section>
    <p class="verdict">${model.verdict}</p>
  </header>`;
}

export function footer({ title, runId }: ReportModel): Markup {
  return markup`<footer>
    <p>${title}, run ${runId}. This file holds all it shows and loads nothing.</p>
  </footer>`;
}

function cards({ cards }: ReportModel): Markup | null {
  if (cards.length === 0) return null;
  return markup`<section aria-label="Key figures">
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
}

const figures: Part = {
  id: "figures",
  title: "The figures",
  body: (model) =>
    markup`${model.tables.map(
      (table) =>
        markup`<section class="scenario" id="scenario-${table.id}">
          <h3>${table.title}${anchor(`scenario-${table.id}`, table.title)}</h3>
          <p>${table.purpose}</p>
          ${mainTable(table)} ${ownTable(table)} ${tieText(table).map((line) => markup`<p class="ties">${line}</p>`)}
          ${allFigures(table)}
        </section>`,
    )}
      <p class="legend">
        Second line of a figure: its 95 % interval over launches, or their range where so marked. Factors compare with the best valid figure
        of the column, which is marked base where a lower bound may be better; lower is better, except for throughput. Tied: too close to call, since the 95 % interval of the ratio includes 1.
        Unclaimed: too few launches to claim a difference. Services in the articles' shape are ranked among themselves; one that failed
        checks is not ranked.
      </p>
      <p class="downloads">
        <button type="button" id="download-csv" hidden>Download figures as CSV</button>
        <button type="button" id="download-json" hidden>Download report as JSON</button>
      </p>
      ${footnotes(model)}`,
};

function footnotes({ footnotes }: ReportModel): Markup | null {
  if (footnotes.length === 0) return null;
  return markup`<section id="notes">
    <h3>Footnotes${anchor("notes", "Footnotes")}</h3>
    <ol class="notes">
      ${footnotes.map(({ number, reason, cure }) => markup`<li id="note-${number}">${reason} <em>${cure}</em></li>`)}
    </ol>
  </section>`;
}

const charts: Part = {
  id: "charts",
  title: "Charts",
  body: (model) => {
    const drawn = model.tables.map((table) => ({ title: table.title, figures: tableFigures(table) }));
    const several = drawn.length > 1;
    return markup`${drawn.map(
      ({ title, figures }, index) =>
        markup`${several && figures.length > 0 ? markup`<h3>${title}</h3>` : null}
          <div class="figures">${figures}${index === 0 ? coldStartFigure(model) : null}</div>`,
    )}`;
  },
};

const method: Part = {
  id: "method",
  title: "Method",
  body: (model) =>
    markup`${bullets(model.method)}
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
      <pre role="region" tabindex="0" aria-label="Command"><code>${model.command}</code></pre>`,
};

const limits: Part = { id: "limits", title: "What this run cannot say", body: (model) => bullets(model.limits) };

function facts({ facts }: ReportModel, labels: readonly Fact["label"][]): string {
  return facts
    .filter(({ label }) => labels.includes(label))
    .map(({ value }) => value)
    .join("; ");
}

const parts: readonly Part[] = [figures, charts, redisExcluded, cost, articles, experience, advice, migration, baseline, method, limits];

export function sections(model: ReportModel): Markup {
  const shown = parts.flatMap(({ id, title, body }) => {
    const content = body(model);
    return content === null ? [] : [{ id, title, content }];
  });
  return markup`${cards(model)}
    <nav aria-label="Contents">
      <ul>
        ${shown.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}
      </ul>
    </nav>
    ${shown.map(
      ({ id, title, content }) =>
        markup`<section id="${id}" class="part">
          ${heading(id, title)} ${content}
        </section>`,
    )}`;
}
