/** Developer experience: what the run or the manifests count, and apart from it opinion, which is called that. */
import { articleBill, articleLanguages, languageTitles } from "../harness/core/claims-article.ts";
import type { ImplementationResult, Result } from "../harness/core/result.ts";
import { formatFigure, groupThousands } from "./format.ts";
import type { Experience } from "./model-types.ts";
import type { Identity } from "./names.ts";

const columns = [
  "lines of code",
  "lines of tests",
  "dependencies",
  "with theirs",
  "build from scratch, s",
  "build after a change, s",
  "artifact, MB",
  "image, MB",
  "first answer, ms",
  "toolchain",
  "capabilities declared",
  "known issues declared",
];

export function experienceOf(result: Result, identities: ReadonlyMap<string, Identity>): Experience {
  return {
    columns,
    counted: result.implementations.flatMap((implementation) => {
      const identity = identities.get(implementation.manifest.id);
      return identity ? [{ ...identity, values: counted(implementation, result) }] : [];
    }),
    opinions: articleLanguages.map((language) => ({
      who: "the articles",
      language: languageTitles[language],
      opinion: `engineering cost: ${articleBill[language].engineering}`,
    })),
  };
}

function counted({ manifest, status }: ImplementationResult, result: Result): string[] {
  const capabilities = Object.values(manifest.capabilities);
  const declared = [`${capabilities.filter(Boolean).length} of ${capabilities.length}`, String(manifest.knownIssues.length)];
  if (status.kind !== "measured") return [...columns.slice(declared.length).map(() => "-"), ...declared];
  const { source, artifactBytes, toolchainVersion, buildS, builtFromScratch, otherBuildS = null } = status;
  const [scratchS, againS] = builtFromScratch ? [buildS, otherBuildS] : [otherBuildS, buildS];
  const size = groupThousands(artifactBytes / 1e6, 1);
  const isImage = (result.plan.target?.kind ?? "process") !== "process";
  const count = (value: number | null | undefined): string => (value === null || value === undefined ? "-" : groupThousands(value, 0));
  return [
    count(source?.codeLines),
    count(source?.testLines),
    count(source?.directDependencies),
    count(source?.allDependencies),
    seconds(scratchS),
    seconds(againS),
    isImage ? "-" : size,
    isImage ? size : "-",
    coldStart(manifest.id, result),
    toolchainVersion,
    ...declared,
  ];
}

const seconds = (value: number | null): string => (value === null ? "-" : groupThousands(value, value < 10 ? 1 : 0));

/** It is the same in every scenario. */
function coldStart(id: string, { cells }: Result): string {
  const figure = cells.find(({ implementation }) => implementation === id)?.figures.coldStart;
  return figure === undefined || figure.verdict === "void" ? "-" : formatFigure("coldStart", figure.value, figure.interval).value;
}
