/** Developer experience: what the run or the manifests count, and apart from it opinion, which is called that. */
import { articleBill, articleLanguages, languageTitles } from "../harness/core/claims-article.ts";
import type { ImplementationResult, Result } from "../harness/core/result.ts";
import { groupThousands } from "./format.ts";
import type { Experience } from "./model-types.ts";
import type { Identity } from "./names.ts";

export function experienceOf({ implementations }: Result, identities: ReadonlyMap<string, Identity>): Experience {
  return {
    columns: ["artifact, MB", "build, s", "toolchain", "capabilities declared", "known issues declared"],
    counted: implementations.flatMap((implementation) => {
      const identity = identities.get(implementation.manifest.id);
      return identity ? [{ ...identity, values: counted(implementation) }] : [];
    }),
    opinions: articleLanguages.map((language) => ({
      who: "the articles",
      language: languageTitles[language],
      opinion: `engineering cost: ${articleBill[language].engineering}`,
    })),
  };
}

function counted({ manifest, status }: ImplementationResult): string[] {
  const capabilities = Object.values(manifest.capabilities);
  const declared = [`${capabilities.filter(Boolean).length} of ${capabilities.length}`, String(manifest.knownIssues.length)];
  if (status.kind !== "measured") return ["-", "-", "-", ...declared];
  const build = status.buildS === null ? "an earlier build was used" : groupThousands(status.buildS, status.buildS < 10 ? 1 : 0);
  return [groupThousands(status.artifactBytes / 1e6, 1), build, status.toolchainVersion, ...declared];
}
