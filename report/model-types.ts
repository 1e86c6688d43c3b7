/** What a report says, before it is text, markdown or HTML. Renderers add form and never a number or a judgement. */
import type { MetricName } from "../harness/core/metrics.ts";
import type { OwnMetricName } from "../harness/core/own-metrics.ts";
import type { Figure, Interval } from "../harness/core/result.ts";
import type { Ratio } from "../harness/core/compare.ts";
import type { Migration } from "../harness/core/advice-migration.ts";
import type { Advice } from "../harness/core/advice.ts";
import type { ArticleTest } from "../harness/core/claims.ts";
import type { RunComparison } from "../harness/core/compare-runs.ts";
import type { PriceList } from "../harness/core/cost-prices.ts";
import type { CostBasis, CostWish } from "../harness/core/cost.ts";
import type { ColdStartChart, TableCharts } from "./charts/types.ts";
import type { Identity } from "./names.ts";

export interface ReportModel {
  readonly title: string;
  readonly runId: string;
  readonly grade: Grade;
  /** One or two sentences, never stronger than the numbers. */
  readonly verdict: string;
  readonly cards: readonly Card[];
  readonly tables: readonly Table[];
  readonly coldStart: ColdStartChart | null;
  readonly footnotes: readonly Footnote[];
  /** Null where the run has only one of the ways. */
  readonly redisExcluded: RedisExcluded | null;
  readonly cost: CostView;
  readonly articles: ArticleTest;
  readonly experience: Experience;
  readonly advice: readonly Advice[];
  readonly migration: Migration;
  readonly baseline: RunComparison | null;
  readonly facts: readonly Fact[];
  readonly command: string;
  readonly method: readonly string[];
  readonly limits: readonly string[];
}

/** How far to trust the run as a whole: the worst of its reasons. */
export interface Grade {
  readonly letter: GradeLetter;
  readonly meaning: string;
  readonly reasons: readonly { readonly letter: GradeLetter; readonly sentence: string }[];
}
export type GradeLetter = "A" | "B" | "C" | "D";

/** One figure that a decision maker looks for first. */
export interface Card {
  readonly title: string;
  readonly value: string;
  readonly unit: string;
  readonly who: string;
  readonly detail: string;
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Footnote {
  readonly number: number;
  readonly reason: string;
  readonly cure: string;
}

/** One scenario at one offered rate. */
export interface Table {
  readonly id: string;
  readonly scenario: string;
  readonly offeredRatePerS: number;
  readonly title: string;
  readonly purpose: string;
  readonly columns: readonly Column[];
  /** Every metric there is, for the complete list of figures. */
  readonly allColumns: readonly Column[];
  readonly rows: readonly Row[];
  /** Null where the scenario has no figures that only it has. */
  readonly own: OwnFigures | null;
  /** Metric by metric, the sets that nobody may rank among themselves. */
  readonly ties: readonly { readonly metric: MetricName; readonly title: string; readonly sets: readonly (readonly string[])[] }[];
  readonly charts: TableCharts;
}

export interface Column {
  readonly metric: MetricName;
  readonly title: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  readonly meaning: string;
}

/** Figures that only this scenario has. */
export interface OwnFigures {
  readonly columns: readonly { readonly metric: OwnMetricName; readonly title: string; readonly unit: string; readonly meaning: string }[];
  readonly rows: readonly (Identity & { readonly values: readonly OwnValue[] })[];
}

export interface OwnValue {
  readonly verdict: Verdict;
  /** In the column's unit, with ">=" before a lower bound; "void" without a number. */
  readonly text: string;
  readonly interval: string | null;
  readonly footnotes: readonly number[];
  readonly raw: Figure;
}

/** What the services cost without Redis, by several ways that each say something else. */
export interface RedisExcluded {
  readonly ways: readonly { readonly title: string; readonly unit: string; readonly says: string; readonly cannot: string }[];
  readonly rows: readonly (Identity & { readonly values: readonly string[] })[];
  /** Way by way, the slowest over the fastest; "" where fewer than two are known. */
  readonly gaps: readonly string[];
}

export type RowStatus = "measured" | "skipped" | "failed" | "not measured";
export type Verdict = "valid" | "bounded" | "void" | "missing";

export interface Row {
  readonly implementation: string;
  readonly name: string;
  readonly language: string;
  readonly variant: string;
  /** Index of the language's colour, the same in each table and chart. */
  readonly colour: number;
  readonly status: RowStatus;
  /** The worst verdict among the table's columns. */
  readonly validity: Verdict | "partly void";
  readonly footnotes: readonly number[];
  /** What the implementation's manifest admits. */
  readonly issues: readonly { readonly badge: string; readonly sentence: string }[];
  /** Ranked among these: the articles' shape apart from the others, and services that failed checks nowhere. */
  readonly group: "production" | "article" | "unranked";
  /** Null where all planned launches count. */
  readonly launchNote: string | null;
  readonly cells: Readonly<Record<MetricName, CellView>>;
}

export interface CellView {
  readonly verdict: Verdict;
  /** In the column's unit; a lower bound where the verdict is bounded; empty where there is no number. */
  readonly text: string;
  readonly interval: { readonly kind: Interval["kind"]; readonly text: string } | null;
  readonly comparison: Comparison | null;
  readonly footnotes: readonly number[];
  /** As measured, in the metric's own unit, for charts and exports. */
  readonly raw: { readonly value: number; readonly interval: Interval | null; readonly launches: number } | null;
}

/** Where a valid figure stands against the best valid one of its column. `factor` is 1 or more: times worse. */
export type Comparison =
  | { readonly kind: "alone" }
  /** `shared`: others are too close to call. `ranked`: best of those ranked, where bounded ones may be better. */
  | { readonly kind: "best"; readonly standing: "clear" | "shared" | "ranked" | "unclaimed" }
  | { readonly kind: "behind"; readonly factor: number; readonly factorText: string; readonly ratio: Ratio }
  | { readonly kind: "too-close"; readonly factor: number; readonly factorText: string; readonly ratio: Ratio }
  /** Too few launches, or no interval: the factor is printed and no difference claimed. */
  | { readonly kind: "unclaimed"; readonly factor: number; readonly factorText: string };

/** What a load costs, scenario by scenario; the page computes it anew for what its reader wishes. */
export interface CostView {
  readonly wish: CostWish;
  readonly prices: PriceList;
  readonly scenarios: readonly CostScenario[];
  readonly notes: readonly string[];
}

export interface CostScenario {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly CostRow[];
}

/** `basis` is null where no bill can be made, for the reason given. */
export interface CostRow extends Identity {
  readonly basis: CostBasis | null;
  readonly reason: string | null;
}

/** Developer experience: what was counted, and apart from it what is opinion. */
export interface Experience {
  readonly columns: readonly string[];
  readonly counted: readonly (Identity & { readonly values: readonly string[] })[];
  readonly opinions: readonly { readonly who: string; readonly language: string; readonly opinion: string }[];
}
