import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checks } from "../conformance/suite.ts";
import { resolveRedis } from "../redis/resolve.ts";
import { buildCandidate, checkConformance, findCandidate } from "../run/prepare.ts";
import { findImplementations } from "../store/catalogue.ts";

const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
const production = findImplementations(undefined, ({ variant }) => variant === "production");
const onCluster = production.filter(({ manifest }) => manifest.capabilities.cluster);

/** What needs other settings or signals has nothing to do with Redis. */
const chosen = checks.filter(({ needs }) => needs !== "launch");

test("every production service declares that it speaks Redis Cluster", () => {
  expect(onCluster.map(({ manifest }) => manifest.id)).toEqual(production.map(({ manifest }) => manifest.id));
});

// Each service on a fresh cluster.
test.for(onCluster.map((implementation) => [implementation.manifest.id, implementation] as const))(
  "%s, which declares that it speaks Redis Cluster, keeps the contract on one",
  { timeout: 600_000 },
  async ([id, implementation], { skip }) => {
    const at = { logFile: join(folder, `${id}.log`), signal };
    const found = await findCandidate(implementation);
    if (found.kind === "skipped") return skip(`${found.status.reason}; ${found.status.cure}`);
    const built = await buildCandidate(found.candidate, at);
    if ("kind" in built) throw new Error(built.reason);
    const results = await checkConformance(built, await resolveRedis("cluster", signal), at, chosen);
    if ("kind" in results) throw new Error(results.reason);
    expect(results.filter(({ outcome }) => outcome !== "passed")).toEqual([]);
  },
);
