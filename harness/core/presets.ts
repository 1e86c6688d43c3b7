/** What `quick`, `standard` and `rigorous` mean. */
import { shareMetrics } from "./metrics.ts";
import type { Settings } from "./plan-schema.ts";

type PresetSettings = Omit<Settings, "preset" | "engine" | "seed" | "connections" | "precision">;

interface Preset {
  readonly settings: PresetSettings;
  readonly scenarios: "all" | readonly string[];
  readonly variants: "all" | readonly string[];
  readonly languages: "all" | readonly string[];
}

/** Those that the articles compare. */
const articles = ["go", "python", "rust"];

/** Rounds at most where a precision is asked for and their number is not. */
export const roundsForPrecision = 30;

/**
 * Open loop: 6 s x 2,000/s = 12,000 requests, so that at least 100 lie beyond p99 in every launch. Longer windows would say less than
 * more launches do; `rigorous`, which has both, also gets at p99.9.
 */
const base = {
  rounds: 6,
  coldStartRuns: 10,
  warmUpMs: 2_000,
  leadInMs: 500,
  openLoopMs: 6_000,
  closedLoopMs: 4_000,
  capacityShares: [],
  searchObjective: false,
  requestTimeoutMs: 5_000,
  repeatBudget: 0.25,
} satisfies PresetSettings;

/** What is measured once a capacity is known. */
const relative = { capacityShares: Object.values(shareMetrics), searchObjective: true } satisfies Partial<PresetSettings>;

export const presets: Readonly<Record<Settings["preset"], Preset>> = {
  quick: { settings: base, scenarios: ["article-70-30"], variants: ["production"], languages: articles },
  standard: {
    settings: { ...base, ...relative, coldStartRuns: 30 },
    scenarios: "all",
    variants: ["production"],
    languages: "all",
  },
  rigorous: {
    settings: { ...base, ...relative, rounds: 12, coldStartRuns: 30, warmUpMs: 5_000, openLoopMs: 50_000, closedLoopMs: 10_000 },
    scenarios: "all",
    variants: "all",
    languages: "all",
  },
};
