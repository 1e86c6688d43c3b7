/** The articles' monthly bill against the price list, against their own throughput, and against this run. */
import {
  articleBill,
  articleConditions,
  articleFigures,
  type ArticleLanguage,
  articleLanguages,
  languageTitles,
} from "./claims-article.ts";
import { type ArticleVariants, notMeasured } from "./claims-figures.ts";
import { sig, usd } from "./claims-text.ts";
import type { Claim } from "./claims.ts";
import { costBases } from "./cost-basis.ts";
import { defaultPrices, type InstanceType } from "./cost-prices.ts";
import { type CostBasis, defaultWish, estimateCost, hoursPerMonth, leastInstances } from "./cost.ts";
import type { Result } from "./result.ts";

export function billClaims(result: Result, variants: ArticleVariants): Claim[] {
  return [
    ...articleLanguages.map(dollars),
    halfTheSize(),
    ...articleLanguages.map((language) => instances(language, result, variants)),
    ...articleLanguages.map(engineering),
  ];
}

const none = { ours: null, ratio: null, condition: null, formula: null } as const;
const priceList = `${defaultPrices.source}, ${defaultPrices.region}, ${defaultPrices.date}`;

/** Their dollars for their instances, by the public price list. */
function dollars(language: ArticleLanguage): Claim {
  const { dollarsPerMonth, instances: count, type } = articleBill[language];
  const { dollarsPerHour } = typeNamed(type);
  const listed = count * dollarsPerHour * hoursPerMonth;
  const times = dollarsPerMonth / listed;
  return {
    ...none,
    id: `${language}-bill`,
    claim: `${languageTitles[language]}: dollars a month`,
    theirs: `${usd(dollarsPerMonth)} for ${count} x ${type}`,
    verdict: "contradicts itself",
    reason: `those instances cost ${usd(listed)} a month on demand; they say ${times.toFixed(2)} times that, and name nothing else that is paid (${priceList})`,
    formula: `${count} x ${dollarsPerHour} $/h x ${hoursPerMonth} h = ${usd(listed)}; ${dollarsPerMonth} / ${listed.toFixed(2)} = ${times.toFixed(2)}`,
  };
}

function halfTheSize(): Claim {
  const { go, rust } = articleBill;
  const [large, medium] = [typeNamed(go.type), typeNamed(rust.type)];
  const listed = large.dollarsPerHour / medium.dollarsPerHour;
  const theirs = go.dollarsPerMonth / go.instances / (rust.dollarsPerMonth / rust.instances);
  return {
    ...none,
    id: "medium-by-large",
    claim: `Price of ${go.type} by ${rust.type}`,
    theirs: `${sig(theirs)}x, by their bills for Go and Rust`,
    verdict: "contradicts itself",
    reason: `a medium costs half of a large; their bills for ${go.instances} of each imply 1 / ${sig(theirs)}`,
    formula: `(${go.dollarsPerMonth} / ${go.instances}) / (${rust.dollarsPerMonth} / ${rust.instances}) = ${sig(theirs)}; ${large.dollarsPerHour} / ${medium.dollarsPerHour} = ${sig(listed)}`,
  };
}

/** How many instances: by this run's article variant, and by their own throughput. */
function instances(language: ArticleLanguage, result: Result, variants: ArticleVariants): Claim {
  const { instances: count, type } = articleBill[language];
  const own = byTheirThroughput(language, type);
  const claim = {
    ...none,
    id: `${language}-instances`,
    claim: `${languageTitles[language]}: instances for ${articleBill.opsPerS.toLocaleString("en")} ops/s`,
    theirs: `${count} x ${type}`,
    formula: own.formula,
  };
  const theirOwn = `by their own throughput and 70 % use it is ${own.instances} x ${type}${own.smaller}`;
  const variant = variants.of[language];
  const basis =
    variant &&
    costBases(result)
      .flatMap(({ scenario, bases }) => (scenario === variant.cell.scenario ? bases : []))
      .find(isOf(variant));
  if (basis === undefined) {
    const why = variant === undefined ? notMeasured(variants) : "this run has no valid throughput of the article variant";
    return { ...claim, verdict: "not testable here", reason: `${why}; ${theirOwn}` };
  }
  const estimate = estimateCost(basis, typeNamed(type), { ...defaultWish, opsPerS: articleBill.opsPerS, p99Ms: Number.POSITIVE_INFINITY });
  if (estimate === null) return { ...claim, verdict: "not testable here", reason: `the service does not fit into ${type}; ${theirOwn}` };
  const ours = `${basis.bounded ? "at most " : ""}${estimate.instances} x ${type} (estimate)`;
  if (basis.bounded && estimate.instances > count)
    return { ...claim, ours, verdict: "not testable here", reason: `our throughput is a lower bound, so fewer may do; ${theirOwn}` };
  const scaled = `an estimate, scaled by vCPU from another processor at 70 % use; ${theirOwn}`;
  return { ...claim, ours, verdict: estimate.instances === count ? "reproduced" : "not reproduced", reason: scaled };
}

const isOf =
  ({ implementation }: { readonly implementation: { readonly manifest: { readonly id: string } } }) =>
  (basis: CostBasis): boolean =>
    basis.implementation === implementation.manifest.id;

function byTheirThroughput(language: ArticleLanguage, type: string): { instances: number; formula: string; smaller: string } {
  const perVcpu = articleFigures[language].throughputOpsPerS / articleConditions.vcpu;
  const count = (of: InstanceType): number =>
    Math.max(leastInstances, Math.ceil(articleBill.opsPerS / (perVcpu * of.vcpu * defaultWish.utilisation)));
  const { vcpu } = typeNamed(type);
  const medium = typeNamed("c6g.medium");
  const smaller =
    type !== medium.name && count(medium) <= articleBill[language].instances ? `, and ${count(medium)} x ${medium.name} would do` : "";
  return {
    instances: count(typeNamed(type)),
    formula: `max(${leastInstances}, ceil(${articleBill.opsPerS} / (${articleFigures[language].throughputOpsPerS} / ${articleConditions.vcpu} x ${vcpu} x ${defaultWish.utilisation})))`,
    smaller,
  };
}

function engineering(language: ArticleLanguage): Claim {
  return {
    ...none,
    id: `${language}-engineering`,
    claim: `${languageTitles[language]}: engineering cost`,
    theirs: articleBill[language].engineering,
    verdict: "not testable here",
    reason: "an opinion without a number: what a team pays is set in the report's cost section by its reader",
  };
}

function typeNamed(name: string): InstanceType {
  const type = defaultPrices.types.find((one) => one.name === name);
  if (type === undefined) throw new Error(`no price of ${name}`);
  return type;
}
