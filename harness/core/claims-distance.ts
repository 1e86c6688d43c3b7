/** "Redis network latency dominates and narrows the gap": the same load with Redis near, and with each of its replies held back. */
import { languageTitles, type ArticleLanguage, articleLanguages } from "./claims-article.ts";
import { sig } from "./claims-text.ts";
import type { Claim } from "./claims.ts";
import { type Ratio, ratioOf, type ValidFigure } from "./compare.ts";
import type { Result } from "./result.ts";

const [nearScenario, farScenario] = ["l2-heavy", "redis-distant"] as const;

interface Measured {
  readonly language: ArticleLanguage;
  readonly near: ValidFigure;
  readonly far: ValidFigure;
}

export function distanceClaim(result: Result, claim: Omit<Claim, "verdict" | "reason">, otherwise: string): Claim {
  const notTestable = (reason: string): Claim => ({ ...claim, verdict: "not testable here", reason });
  const variant = (["article", "production"] as const).find((one) => measured(result, one).length >= 2);
  if (variant === undefined)
    return notTestable(`${otherwise}; a run of the scenarios ${nearScenario} and ${farScenario} with two languages answers it`);
  const services = measured(result, variant).toSorted((a, b) => a.near.value - b.near.value);
  const [fastest, slowest] = [services[0], services.at(-1)];
  const near = fastest && slowest ? ratioOf(slowest.near, fastest.near) : null;
  const far = fastest && slowest ? ratioOf(slowest.far, fastest.far) : null;
  if (fastest === undefined || slowest === undefined || near === null || far === null)
    return notTestable("fewer than 6 launches: no difference is claimed");
  const pair = `p50 of ${languageTitles[slowest.language]} by that of ${languageTitles[fastest.language]}`;
  const delayMs = result.scenarios.find(({ id }) => id === farScenario)?.redisDelayMs ?? 0;
  const judged = {
    ...claim,
    ours: `${pair}: ${range(near)} with Redis near, ${range(far)} with Redis ${sig(delayMs)} ms away`,
    formula: null,
  };
  const about = `judged by the ${variant} variants in ${nearScenario} and ${farScenario}; by how much it dominates depends on the distance`;
  if (far.high < near.low) return { ...judged, verdict: "same order", reason: `the distance narrows the gap; ${about}` };
  const how = far.low > near.high ? "the gap is wider with the distance" : "too close to call: the two intervals overlap";
  return { ...judged, verdict: "not reproduced", reason: `${how}; ${about}` };
}

/** One service of each language, where both figures are valid. */
function measured({ implementations, cells }: Result, variant: "article" | "production"): Measured[] {
  return articleLanguages.flatMap((language) => {
    const id = implementations.find(({ manifest }) => manifest.variant === variant && manifest.language === language)?.manifest.id;
    const p50 = (scenario: string) => cells.find((cell) => cell.implementation === id && cell.scenario === scenario)?.figures.p50;
    const [near, far] = [p50(nearScenario), p50(farScenario)];
    return near?.verdict === "valid" && far?.verdict === "valid" ? [{ language, near, far }] : [];
  });
}

const range = ({ value, low, high }: Ratio): string => `${sig(value)}x (${sig(low)} to ${sig(high)})`;
