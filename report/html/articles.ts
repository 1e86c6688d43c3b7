/** The articles put to the test: every figure and sentence of theirs with a verdict and its reason. */
import { timesTheirs } from "../../harness/core/claims-text.ts";
import type { Claim, ClaimGroup, ClaimVerdict } from "../../harness/core/claims.ts";
import { asSentence } from "../names.ts";
import { markup, type Markup } from "./markup.ts";
import type { Part } from "./parts.ts";
import { scrollable } from "./tables.ts";

export const articles: Part = {
  id: "articles",
  title: "The articles put to the test",
  body: ({ articles: { sources, rule, conditions, groups, counts, command } }) =>
    markup`<p>
        Two articles compare these languages: ${sources.map((source) => `“${source}”`).join(" and ")}. Each of their figures and sentences
        stands here with what this run says of it.
      </p>
      <ul class="counts">
        ${(Object.entries(counts) as [ClaimVerdict, number][]).map(
          ([verdict, count]) => markup`<li>${verdictBadge(verdict)} <strong>${count}</strong></li>`,
        )}
      </ul>
      <p class="small">${rule}</p>
      ${command === null ? null : markup`<p class="small">This run has not measured all three article variants. To do so: <code>${command}</code></p>`}
      ${groups.map((group) => groupTable(group))}
      <details>
        <summary>Their conditions and ours</summary>
        ${scrollable(
          "Conditions of the articles and of this run",
          markup`<table>
            <thead>
              <tr>
                <th scope="col">condition</th>
                <th scope="col">theirs</th>
                <th scope="col">ours</th>
              </tr>
            </thead>
            <tbody>
              ${conditions.map(
                ({ what, theirs, ours }) =>
                  markup`<tr>
                    <th scope="row">${what}</th>
                    <td>${theirs}</td>
                    <td>${ours}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`,
        )}
      </details>`,
};

/** What speaks of numbers is open where it has an answer; words are folded away, and printed all the same. */
const numericGroups: ReadonlySet<string> = new Set(["figures", "ratios", "arithmetic", "bill"]);

function groupTable({ id, title, claims }: ClaimGroup): Markup {
  const open = numericGroups.has(id) && claims.some(({ verdict }) => verdict !== "not testable here");
  return markup`<details id="claims-${id}" ${open ? attribute("open") : null}>
    <summary>${title}: ${summary(claims)}</summary>
    ${scrollable(
      `The articles: ${title}`,
      markup`<table class="stacked claims">
        <thead>
          <tr>
            <th scope="col">claim</th>
            <th scope="col">the articles</th>
            <th scope="col">this run</th>
            <th scope="col">verdict</th>
            <th scope="col">why</th>
          </tr>
        </thead>
        <tbody>
          ${claims.map((claim) => claimRow(claim))}
        </tbody>
      </table>`,
    )}
  </details>`;
}

function claimRow({ claim, theirs, ours, ratio, verdict, condition, reason, formula }: Claim): Markup {
  return markup`<tr>
    <th scope="row">${claim}</th>
    <td>${theirs}</td>
    <td>${ours ?? "-"}${ratio === null ? null : markup`<span class="interval">${timesTheirs(ratio)}</span>`}</td>
    <td>${verdictBadge(verdict)}${condition === null ? null : markup`<span class="interval">${condition}</span>`}</td>
    <td class="why">${asSentence(reason)}${formula === null ? null : markup`<code class="formula">${formula}</code>`}</td>
  </tr>`;
}

function summary(claims: readonly Claim[]): string {
  const verdicts = [...new Set(claims.map(({ verdict }) => verdict))];
  return verdicts.map((verdict) => `${claims.filter((claim) => claim.verdict === verdict).length} ${verdict}`).join(", ");
}

const badges: Readonly<Record<ClaimVerdict, string>> = {
  reproduced: "valid",
  "same order": "valid",
  "not reproduced": "void",
  "contradicts itself": "bounded",
  "not testable here": "skipped",
};

function verdictBadge(verdict: ClaimVerdict): Markup {
  return markup`<span class="badge ${badges[verdict]}">${verdict}</span>`;
}

/** Attributes without a value are not text. */
function attribute(name: "open"): Markup {
  return { markup: name };
}
