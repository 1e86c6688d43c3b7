/** Builds and checks every candidate; what cannot be measured gets its reason. */
import { type Built, buildCandidate, checkConformance, checksThat, nonconforming, type Status } from "./prepare.ts";
import type { RunContext } from "./context.ts";

export interface Prepared {
  /** Built and correct. */
  readonly sound: readonly Built[];
  /** Of every implementation that was asked for, by id. */
  readonly statuses: ReadonlyMap<string, Status>;
}

export async function prepareAll(context: RunContext): Promise<Prepared> {
  const statuses = new Map<string, Status>();
  for (const found of context.selection.found) if (found.kind === "skipped") statuses.set(found.implementation.manifest.id, found.status);
  const built = await buildAll(context, statuses);
  return { sound: await checkAll(context, built, statuses), statuses };
}

/** One after the other: compilers want the whole machine. */
async function buildAll({ selection, folder, progress, signal }: RunContext, statuses: Map<string, Status>): Promise<readonly Built[]> {
  return progress.stage(
    `Building ${selection.candidates.length} services (the first time takes minutes; not part of any result)`,
    async (update) => {
      const built: Built[] = [];
      for (const candidate of selection.candidates) {
        const { id } = candidate.implementation.manifest;
        update(`${id}, ${candidate.toolchain.version}`);
        const outcome = await buildCandidate(candidate, { logFile: folder.log(`build-${id}`), signal });
        statuses.set(id, "launchable" in outcome ? outcome.status : outcome);
        if ("launchable" in outcome) built.push(outcome);
      }
      return built;
    },
  );
}

/** Nobody is measured who does not do the work right. */
async function checkAll(context: RunContext, built: readonly Built[], statuses: Map<string, Status>): Promise<readonly Built[]> {
  const { folder, redisSource, allowNonconforming, progress, signal } = context;
  return progress.stage("Checking that each service is correct", async (update) => {
    const sound: Built[] = [];
    for (const one of built) {
      const { id } = one.launchable;
      update(id);
      const results = await checkConformance(one, redisSource, { logFile: folder.log(`check-${id}`), signal });
      if ("kind" in results) {
        statuses.set(id, results);
        continue;
      }
      const failure = nonconforming(id, results);
      if (failure !== null && !allowNonconforming) {
        statuses.set(id, { ...failure, cure: `${failure.cure}; --allow-nonconforming measures it without a rank` });
        continue;
      }
      statuses.set(id, { ...one.status, passedChecks: checksThat("passed", results), failedChecks: checksThat("failed", results) });
      sound.push(one);
    }
    return sound;
  });
}
