/** What a service counts itself: cache_requests_total from its /metrics (Prometheus text format). */

/** By "op/result", as in {"get/l1_hit": 7000}. */
export type ServiceCounts = Readonly<Record<string, number>>;

export async function readServiceCounts(origin: string, signal: AbortSignal): Promise<ServiceCounts> {
  const answer = await fetch(`${origin}/metrics`, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
  return parseServiceCounts(await answer.text());
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

/** What came since, without the zeros. */
export function countsSince(before: ServiceCounts, after: ServiceCounts): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, count]) => (count > (before[name] ?? 0) ? [[name, count - (before[name] ?? 0)]] : [])),
  );
}
