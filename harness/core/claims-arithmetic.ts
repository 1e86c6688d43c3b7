/** Figures of the articles that do not fit each other, found by arithmetic alone: no run can change them. */
import { articleConditions, articleFigures, articleLanguages, type ArticleLanguage, languageTitles } from "./claims-article.ts";
import { sig } from "./claims-text.ts";
import type { Claim } from "./claims.ts";

export function arithmeticClaims(): Claim[] {
  return articleLanguages.toReversed().map(littlesLaw);
}

/**
 * Little's law, N = X x W: in a closed loop the connections are all the requests in flight, so their mean time is
 * connections / throughput. At most p50 for half of the requests and p99 for the next 49 % leave the rest to the slowest 1 %.
 */
function littlesLaw(language: ArticleLanguage): Claim {
  const { throughputOpsPerS, p50Ms, p99Ms } = articleFigures[language];
  const { connections } = articleConditions;
  const meanMs = (connections / throughputOpsPerS) * 1_000;
  const slowestMs = (meanMs - 0.5 * p50Ms - 0.49 * p99Ms) / 0.01;
  const inFlight = (throughputOpsPerS * p50Ms) / 1_000;
  return {
    id: `${language}-littles-law`,
    claim: `${languageTitles[language]}: throughput, p50 and p99 at ${connections.toLocaleString("en")} connections`,
    theirs: `${sig(throughputOpsPerS)} ops/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms`,
    ours: null,
    ratio: null,
    verdict: "contradicts itself",
    condition: "if the load was a closed loop, which the articles do not say",
    reason:
      `the mean time would be ${sig(meanMs)} ms, ${sig(meanMs / p50Ms)} times p50: the slowest 1 % would have to average over ` +
      `${Math.floor(slowestMs).toLocaleString("en")} ms. An open loop would fit: with a mean near p50 about ${sig(inFlight)} requests are in flight`,
    formula:
      `${connections} / ${throughputOpsPerS} per s = ${meanMs.toFixed(2)} ms; ` +
      `(${meanMs.toFixed(2)} - 0.5 x ${p50Ms} - 0.49 x ${p99Ms}) / 0.01 = ${slowestMs.toFixed(0)} ms`,
  };
}
