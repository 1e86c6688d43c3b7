/**
 * Do runs agree with each other, and is a service told from itself? Ten runs of `quick` as a user starts them, each with two of the
 * three services twice: a service's twin is its source under another name, built and launched by itself.
 */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "../commands/output.ts";
import { agreementOf, type Share } from "../core/agreement.ts";
import { metrics } from "../core/metrics.ts";
import { presets } from "../core/presets.ts";
import type { Result } from "../core/result.ts";
import { findImplementations, type Implementation } from "../store/catalogue.ts";
import { quickRun } from "./quick-run.ts";

const runs = 10;
const judged = ["throughput", "p50", "p99", "cpuPerOperation", "rssLoad", "coldStart"] as const;

export async function benchAgreement(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-agreement-"));
  const { variants, languages } = presets.quick;
  const services = findImplementations(undefined, ({ variant, language }) => variants.includes(variant) && languages.includes(language));
  const ids = services.map(({ manifest }) => manifest.id);
  const copies = services.map((service) => copyOf(service, folder));
  const results: Result[] = [];
  for (let index = 0; index < runs; index++) {
    const twins = copies.filter((_, copy) => copy !== index % copies.length);
    results.push(await quickRun(join(folder, "results"), [...ids, ...twins.map((twin) => twin.folder)]));
  }
  const twins = new Map(copies.map(({ id, of }) => [id, of]));
  const rows = judged.map((metric) => {
    const { twinsToldApart, ratiosDisagree } = agreementOf(metric, results, twins);
    return [metrics[metric].title, percent(twinsToldApart), percent(ratiosDisagree)];
  });
  return [
    `${runs} runs of quick, kept in ${folder}`,
    table(["", "a service told from its twin", "two runs disagree about a ratio"], rows),
    "by chance alone 5 % each; at most 15 % and 10 % are wanted",
  ].join("\n");
}

interface Twin {
  readonly id: string;
  readonly of: string;
  readonly folder: string;
}

function copyOf({ manifest, folder }: Implementation, into: string): Twin {
  const id = `${manifest.id}-twin`;
  const copy = join(into, id);
  cpSync(folder, copy, { recursive: true });
  const file = join(copy, "implementation.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), id }));
  return { id, of: manifest.id, folder: copy };
}

function percent({ count, of }: Share): string {
  return of === 0 ? "not measured" : `${count} of ${of}, ${((100 * count) / of).toFixed(0)} %`;
}
