/** Developer experience, when to choose which, how to move, and what changed against a baseline. */
import type { FigurePair } from "../../harness/core/compare-runs.ts";
import { metrics } from "../../harness/core/metrics.ts";
import type { Advice } from "../../harness/core/advice.ts";
import { formatFigure, formatRatioRange, displayUnit, groupThousands } from "../format.ts";
import { markup, type Markup } from "./markup.ts";
import { bullets, type Part } from "./parts.ts";
import { badge, grid, scrollable, swatch } from "./tables.ts";

export const experience: Part = {
  id: "experience",
  title: "Developer experience",
  body: ({ experience: { columns, counted, opinions } }) =>
    markup`<h3>Counted, and declared in the manifests</h3>
      ${scrollable(
        "Developer experience, counted",
        grid(
          ["implementation", ...columns],
          counted.map(({ name, colour, values }) => [markup`${swatch(colour)}${name}`, ...values]),
          2,
        ),
      )}
      <h3>Opinion</h3>
      <p class="small">Nobody counted this; it is what somebody thinks.</p>
      ${bullets(opinions.map(({ who, language, opinion }) => `${language}: ${opinion} (${who})`))}`,
};

export const advice: Part = {
  id: "advice",
  title: "When to choose which",
  body: ({ advice }) =>
    markup`<p>Rules evaluated on the numbers of this run, beside what the articles advise. Where the numbers name nobody, neither do the rules.</p>
      ${scrollable(
        "When to choose which",
        grid(
          ["when", "this run says", "because", "the articles say", ""],
          advice.map((one) => [
            one.when,
            answer(one),
            one.evidence.map((line) => markup`<span class="line">${line}</span>`),
            one.articles,
            agreement(one),
          ]),
          0,
          "stacked advice",
        ),
      )}`,
};

function answer({ answer }: Advice): Markup {
  return answer === null ? markup`<span class="absent">nothing</span>` : markup`<strong>${answer}</strong>`;
}

function agreement({ agreement }: Advice): Markup | string {
  if (agreement === "open") return "";
  return markup`<span class="badge ${agreement === "agrees" ? "valid" : "void"}">${agreement}</span>`;
}

export const migration: Part = {
  id: "migration",
  title: "Moving from one to another",
  body: ({ migration: { compatibility, articles, steps, limits } }) =>
    markup`<p>${compatibility}</p>
      <p class="small">${articles}</p>
      <ol class="steps">
        ${steps.map(
          ({ what, gate, command }) =>
            markup`<li>
              ${what}${command === null ? null : markup` <code>${command}</code>`}<span class="gate">Go on when: ${gate}</span>
            </li>`,
        )}
      </ol>
      ${
        limits.length === 0
          ? null
          : markup`<h3>Limits, from the upper ends of this run's intervals</h3>
            ${scrollable(
              "Limits of a migration",
              grid(
                ["moving to", "p99, ms", "CPU per operation, µs", "memory (PSS), MB"],
                limits.map(({ name, p99Us, cpuUsPerOp, pssBytes }) => [
                  name,
                  atMost(p99Us, 1e3),
                  atMost(cpuUsPerOp, 1),
                  atMost(pssBytes, 1e6),
                ]),
                3,
              ),
            )}`
      }`,
};

/** Rounded up at three digits: a limit that is printed is never below the one measured. */
function atMost(value: number | null, divisor: number): string {
  if (value === null) return "no valid figure";
  const shown = value / divisor;
  const place = Math.floor(Math.log10(shown)) - 2;
  return groupThousands(Math.ceil(shown / 10 ** place - 1e-9) * 10 ** place, Math.max(0, -place));
}

export const baseline: Part = {
  id: "baseline",
  title: "Against the baseline",
  body: ({ baseline, runId }) => {
    if (baseline === null) return null;
    const rows = baseline.cells.flatMap(({ implementation, scenario, offeredRatePerS, figures }) =>
      figures
        .filter(({ verdict }) => verdict.kind === "changed")
        .map((pair) => [`${implementation}, ${scenario}, ${groupThousands(offeredRatePerS)}/s`, ...changed(pair)]),
    );
    const all = baseline.cells.flatMap(({ figures }) => figures);
    const count = (kind: string): number => all.filter(({ verdict }) => verdict.kind === kind).length;
    return markup`<p>
        Run ${runId} against run ${baseline.a}: of ${all.length} figures ${count("changed")} changed, ${count("indistinguishable")} are
        indistinguishable, ${count("inconclusive")} inconclusive.
      </p>
      ${
        rows.length === 0
          ? null
          : scrollable("Changes against the baseline", grid(["cell", "figure", "before", "now", "now by before, 95 %", ""], rows))
      }
      ${bullets(baseline.notes)}`;
  },
};

function changed({ metric, a, b, verdict }: FigurePair): (Markup | string)[] {
  if (verdict.kind !== "changed") return [];
  const value = (figure: FigurePair["a"]): string =>
    figure.verdict === "void" ? "void" : `${formatFigure(metric, figure.value, figure.interval).value} ${displayUnit(metric)}`;
  const good = metrics[metric].better === "higher" ? verdict.ratio.low > 1 : verdict.ratio.high < 1;
  return [metrics[metric].title, value(a), value(b), formatRatioRange(verdict.ratio), good ? badge("better") : badge("worse")];
}
