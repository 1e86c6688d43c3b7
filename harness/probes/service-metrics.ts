/** What a service counts and times itself, from its /metrics (Prometheus text format). */

/** cache_requests_total by "op/result", as in {"get/l1_hit": 7000}. */
export type ServiceCounts = Readonly<Record<string, number>>;

/** Sums of the service's own histograms. */
export interface ServiceTimes {
  readonly requests: number;
  readonly requestS: number;
  readonly redisCallS: number;
}

export interface ServiceMetrics {
  readonly counts: ServiceCounts;
  /** Null where the service does not give them. */
  readonly times: ServiceTimes | null;
}

export async function readServiceMetrics(origin: string, signal: AbortSignal): Promise<ServiceMetrics> {
  const answer = await fetch(`${origin}/metrics`, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
  const text = await answer.text();
  return { counts: parseServiceCounts(text), times: parseServiceTimes(text) };
}

export function parseServiceCounts(text: string): ServiceCounts {
  const counts: Record<string, number> = {};
  for (const [, labels = "", value] of text.matchAll(/^cache_requests_total\{([^}]*)\}\s+(\S+)/gm)) {
    const label = (name: string): string => new RegExp(`(?:^|,)\\s*${name}="([^"]*)"`).exec(labels)?.[1] ?? "";
    const name = `${label("op")}/${label("result")}`;
    counts[name] = (counts[name] ?? 0) + Number(value);
  }
  return counts;
}

export function parseServiceTimes(text: string): ServiceTimes | null {
  const total = (name: string): number | null => {
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})?\\s+(\\S+)`, "gm"))].map(([, value]) => Number(value));
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
  };
  const requests = total("cache_request_duration_seconds_count");
  const requestS = total("cache_request_duration_seconds_sum");
  const redisCallS = total("cache_redis_call_duration_seconds_sum");
  return requests === null || requestS === null || redisCallS === null ? null : { requests, requestS, redisCallS };
}

/** What came since, without the zeros. */
export function countsSince(before: ServiceCounts, after: ServiceCounts): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, count]) => (count > (before[name] ?? 0) ? [[name, count - (before[name] ?? 0)]] : [])),
  );
}

export function timesSince(before: ServiceTimes | null, after: ServiceTimes | null): ServiceTimes | null {
  if (before === null || after === null) return null;
  return {
    requests: after.requests - before.requests,
    requestS: after.requestS - before.requestS,
    redisCallS: after.redisCallS - before.redisCallS,
  };
}
