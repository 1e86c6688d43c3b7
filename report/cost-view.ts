/** The cost section's data: what each service can carry, and how far the bill may be believed. */
import { costBases } from "../harness/core/cost-basis.ts";
import { defaultPrices, type PriceList } from "../harness/core/cost-prices.ts";
import { type CostWish, defaultWish, launchesBehind } from "../harness/core/cost.ts";
import type { Result } from "../harness/core/result.ts";
import { inOrder } from "./headline.ts";
import { launchesForInterval } from "../harness/core/statistics.ts";
import type { CostRow, CostView } from "./model-types.ts";
import type { Identity } from "./names.ts";

export function costView(
  result: Result,
  identities: ReadonlyMap<string, Identity>,
  wish: CostWish = defaultWish,
  prices: PriceList = defaultPrices,
): CostView {
  const row = (implementation: string, rest: Pick<CostRow, "basis" | "reason">): CostRow[] => {
    const identity = identities.get(implementation);
    return identity ? [{ ...identity, ...rest }] : [];
  };
  const scenarios = costBases({ ...result, scenarios: [...inOrder(result.scenarios)] }).map(({ scenario, bases, missing }) => ({
    id: scenario,
    title: result.scenarios.find(({ id }) => id === scenario)?.title ?? scenario,
    rows: [
      ...bases.flatMap((basis) => row(basis.implementation, { basis, reason: null })),
      ...missing.flatMap(({ implementation, reason }) => row(implementation, { basis: null, reason })),
    ],
  }));
  return {
    wish,
    prices,
    scenarios,
    notes: notes(
      result,
      scenarios.flatMap(({ rows }) => rows),
      prices,
    ),
  };
}

function notes({ machine, plan }: Result, rows: readonly CostRow[], prices: PriceList): string[] {
  const cpus = plan.topology.service.length;
  const bases = rows.flatMap(({ basis }) => basis ?? []);
  return [
    "instances = max(2, ceil(load / (capacity of one x utilisation))), and no fewer than the network's baseline asks for; dollars = instances x price an hour x 730.",
    bases.some(({ searched }) => searched !== null)
      ? "Capacity is the highest rate that this run knows to keep the objective: the lower end of what its search found, or an offered rate whose p99 keeps it. Where no rate is known there is no bill, however high the throughput."
      : "Capacity is the lower end of the interval of saturation throughput: this run did not search for the highest rate that keeps the objective, so p99 is known at the offered rates and nowhere between them and saturation.",
    ...(bases.some((basis) => launchesBehind(basis) < launchesForInterval)
      ? [`With fewer than ${launchesForInterval} launches capacity is the lowest launch, or the only one: these bills rest on little.`]
      : []),
    ...(bases.some(({ bounded, searched }) => bounded || (searched !== null && searched.ratePerS !== null && searched.bounded))
      ? [
          "Where the set-up ended before the service did, capacity is a lower bound: that bill may be too high, and no language is the cheaper one because of it.",
        ]
      : []),
    `An estimate: scaled by vCPU from ${cpus} CPU${cpus === 1 ? "" : "s"} of ${machine.cpuModel} to the instances, another processor, with memory (PSS) growing alike. Redis, load balancers, storage and traffic are not in it.`,
    `Prices: ${prices.source}, ${prices.region}, ${prices.date}. Other prices: cache-bench cost RUN --prices FILE.`,
  ];
}
