/** What the two articles say: figures, libraries, advice and bill, as published. */

export const articleLanguages = ["python", "go", "rust"] as const;
export type ArticleLanguage = (typeof articleLanguages)[number];

export const languageTitles: Readonly<Record<ArticleLanguage, string>> = { python: "Python", go: "Go", rust: "Rust" };

export const articleSources = ["Distributed Caching: Python vs Rust in 2025", "Distributed Caching: Go vs Rust"] as const;

/** The scenario of this project that asks for the articles' load. */
export const articleScenario = "article-70-30";

export const articleConditions = {
  instance: "c6g.xlarge",
  vcpu: 4,
  memoryGb: 8,
  redis: "7.2",
  connections: 1_000,
  getShare: 0.7,
  notStated: ["key count", "value size", "hit ratio", "protocol", "load generator", "open or closed loop", "duration", "repetitions"],
} as const;

export interface ArticleFigures {
  readonly throughputOpsPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMb: number;
  /** Null where an article gives none. */
  readonly artifactMb: number | null;
  readonly coldStartMs: number;
}

export const articleFigures: Readonly<Record<ArticleLanguage, ArticleFigures>> = {
  python: { throughputOpsPerS: 42_000, p50Ms: 2.8, p99Ms: 12, rssMb: 85, artifactMb: null, coldStartMs: 350 },
  go: { throughputOpsPerS: 145_000, p50Ms: 0.8, p99Ms: 3.2, rssMb: 45, artifactMb: 12, coldStartMs: 15 },
  rust: { throughputOpsPerS: 168_000, p50Ms: 0.5, p99Ms: 1.8, rssMb: 22, artifactMb: 8, coldStartMs: 8 },
};

export const articleLibraries: Readonly<
  Record<
    ArticleLanguage,
    {
      readonly redisClient: string;
      readonly pooling: string;
      readonly serialization: readonly string[];
      readonly monitoring: string;
      readonly localCache: string;
    }
  >
> = {
  python: {
    redisClient: "redis-py",
    pooling: "built in",
    serialization: ["json", "msgpack"],
    monitoring: "prometheus_client",
    localCache: "dict of (value, expiry), 60 s, expired entries stay",
  },
  go: {
    redisClient: "go-redis",
    pooling: "built in",
    serialization: ["encoding/json"],
    monitoring: "prometheus/client_golang",
    localCache: "sync.Map, no expiry, no bound",
  },
  rust: {
    redisClient: "redis-rs",
    pooling: "deadpool-redis",
    serialization: ["serde", "serde_json"],
    monitoring: "metrics",
    localCache: "DashMap, no expiry, no bound, a Redis connection opened on every miss",
  },
};

export const articleBill = {
  opsPerS: 50_000,
  python: { dollarsPerMonth: 840, instances: 4, type: "c6g.large", engineering: "Low" },
  go: { dollarsPerMonth: 420, instances: 2, type: "c6g.large", engineering: "Medium" },
  rust: { dollarsPerMonth: 350, instances: 2, type: "c6g.medium", engineering: "High" },
} as const;

export const articleRedisLatencyMs = [0.1, 0.5] as const;

export const articleAdvice: Readonly<Record<ArticleLanguage, readonly string[]>> = {
  python: [
    "rapid prototyping and iteration speed come first",
    "caching integrates with ML or data pipelines",
    "the team has deep Python expertise",
  ],
  go: [
    "operational simplicity and fast deployments",
    "a low memory footprint matters (containers, serverless)",
    "high throughput with minimal infrastructure",
  ],
  rust: ["latency predictability is critical", "memory efficiency is a primary cost concern", "infrastructure-level caching services"],
};

export const articleMigration = {
  weeksPerService: [4, 6],
  steps: [
    "rewrite the cache client",
    "rewrite the serialization",
    "rewrite connection management",
    "keep JSON values for cross-language compatibility",
    "validate performance",
  ],
} as const;
