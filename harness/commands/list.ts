/** `cache-bench list` */
import { resolve } from "node:path";
import { instances, processorOf } from "../core/instances.ts";
import { exitCodes } from "../errors.ts";
import { readBaselines } from "../store/baselines.ts";
import { findImplementations, findScenarios } from "../store/catalogue.ts";
import { listRuns } from "../store/run-folder.ts";
import { print, table } from "./output.ts";

export interface ListCommandOptions {
  readonly out: string;
  readonly json?: true;
}

type Listed = { readonly data: readonly unknown[]; readonly text: string };

const lists: Readonly<Record<string, (options: ListCommandOptions) => Listed>> = {
  implementations: () => {
    const manifests = findImplementations(undefined, () => true).map(({ manifest }) => manifest);
    return {
      data: manifests,
      text: table(
        ["ID", "LANGUAGE", "VARIANT", "WHAT IT IS"],
        manifests.map(({ id, language, variant, title }) => [id, language, variant, title]),
      ),
    };
  },
  scenarios: () => {
    const scenarios = findScenarios(undefined, "all");
    return {
      data: scenarios,
      text: table(
        ["ID", "CONNECTIONS", "WHAT IT IS"],
        scenarios.map(({ id, connections, title }) => [id, String(connections), title]),
      ),
    };
  },
  instances: () => ({
    data: instances,
    text: table(
      ["NAME", "PROCESSORS", "MEMORY", "PROCESSOR"],
      instances.map((profile) => [profile.name, String(profile.vcpus), `${profile.memoryBytes / 1024 ** 3} GiB`, processorOf(profile)]),
    ),
  }),
  runs: ({ out }) => {
    const runs = listRuns(resolve(out));
    return {
      data: runs,
      text:
        runs.length === 0
          ? "no runs yet"
          : table(
              ["ID", "STATE"],
              runs.map(({ id, finished }) => [id, finished ? "finished" : `unfinished: cache-bench run --resume ${id}`]),
            ),
    };
  },
  baselines: ({ out }) => {
    const baselines = readBaselines(resolve(out)).map(({ machine, commit, startedAt, runId }) => ({ machine, commit, startedAt, runId }));
    return {
      data: baselines,
      text:
        baselines.length === 0
          ? "no baselines yet; cache-bench trend RUN adds a run"
          : table(
              ["MACHINE", "COMMIT", "MEASURED", "RUN"],
              baselines.map(({ machine, commit, startedAt, runId }) => [machine, commit, startedAt, runId]),
            ),
    };
  },
};

export async function listCommand(options: ListCommandOptions, [what = ""]: readonly string[]): Promise<number> {
  const listed = lists[what]?.(options);
  if (listed === undefined) throw new Error(`nothing to list: ${what}`);
  print(options.json ? JSON.stringify(listed.data, null, 2) : listed.text);
  return exitCodes.done;
}
