/** What every stage of a run works with. */
import type { RedisSource } from "../redis/source.ts";
import type { RunFolder } from "../store/run-folder.ts";
import type { Target } from "../targets/target.ts";
import type { Progress } from "./progress.ts";
import type { Selection } from "./select.ts";

export interface RunContext {
  readonly selection: Selection;
  readonly target: Target;
  readonly folder: RunFolder;
  readonly redisSource: RedisSource;
  readonly allowNonconforming: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}
