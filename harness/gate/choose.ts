/** Which implementations a gate measures: those that changed, all, or those named; each in both versions. */
import { closest } from "fastest-levenshtein";
import { usageError } from "../errors.ts";
import type { Implementation } from "../store/catalogue.ts";
import { hashSource } from "../targets/build.ts";
import type { Version } from "./versions.ts";

export interface Pair {
  readonly id: string;
  readonly base: Implementation;
  readonly head: Implementation;
}

export interface Choice {
  readonly pairs: readonly Pair[];
  /** In both versions, from the same source. */
  readonly unchanged: readonly string[];
  /** In one version only: nothing to compare with. */
  readonly alone: readonly string[];
}

export async function choosePairs(
  base: Version,
  head: Version,
  wanted: { readonly all: boolean; readonly names: readonly string[] | undefined },
): Promise<Choice> {
  const all = pairsOf(base, head);
  const ids = all.map(({ id }) => id);
  const unknown = wanted.names?.find((name) => !ids.includes(name));
  if (unknown !== undefined) {
    const hint =
      ids.length === 0 ? "there is none in both versions" : `did you mean ${closest(unknown, ids)}? In both versions: ${ids.join(", ")}`;
    throw usageError(`no implementation "${unknown}" in both versions; ${hint}`, "name implementations that both versions have");
  }
  const named = all.filter(({ id }) => wanted.names?.includes(id) ?? true);
  const changed = await Promise.all(named.map(hasChanged));
  const takeAll = wanted.all || wanted.names !== undefined;
  return {
    pairs: named.filter((_, index) => takeAll || changed[index] === true),
    unchanged: named.filter((_, index) => changed[index] === false).map(({ id }) => id),
    alone: [...base.implementations, ...head.implementations].map(({ manifest }) => manifest.id).filter((id) => !ids.includes(id)),
  };
}

function pairsOf(base: Version, head: Version): readonly Pair[] {
  return head.implementations.flatMap((implementation) => {
    const { id } = implementation.manifest;
    const before = base.implementations.find(({ manifest }) => manifest.id === id);
    return before === undefined ? [] : [{ id, base: before, head: implementation }];
  });
}

async function hasChanged({ base, head }: Pair): Promise<boolean> {
  return (await hashSource(base.folder)) !== (await hashSource(head.folder));
}
