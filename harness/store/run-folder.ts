/**
 * results/<run-id>/: plan.json when the run begins, trials.jsonl one line a finished trial (synced to disk), result.json
 * and report.html when it ends, logs/. A crash loses at most the trial that was running.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { type Plan, planSchema } from "../core/plan-schema.ts";
import { coldStartSchema, type Result, resultSchema, trialSchema } from "../core/result.ts";
import { environmentError, messageOf, usageError } from "../errors.ts";
import { readJsonFile, showPath } from "./json-file.ts";

/** A finished trial, or one finished cold start. */
const entrySchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("trial"), trial: trialSchema }),
  z.strictObject({
    kind: z.literal("cold-start"),
    ...coldStartSchema.pick({ implementation: true }).shape,
    sampleMs: z.number(),
    pollGapMs: z.number(),
  }),
]);
export type JournalEntry = z.infer<typeof entrySchema>;

export class RunFolder {
  readonly runId: string;
  readonly path: string;

  private constructor(path: string, runId: string) {
    this.path = path;
    this.runId = runId;
  }

  static create(resultsFolder: string, runId: string): RunFolder {
    const path = join(resultsFolder, runId);
    try {
      mkdirSync(join(path, "logs"), { recursive: true });
    } catch (error) {
      throw environmentError(`cannot create ${showPath(path)}: ${messageOf(error)}`, "choose another folder with --out");
    }
    return new RunFolder(path, runId);
  }

  /** An existing run. Throws a UserError when there is none. */
  static open(resultsFolder: string, runId: string): RunFolder {
    const path = join(resultsFolder, runId);
    if (existsSync(join(path, "plan.json"))) return new RunFolder(path, runId);
    throw usageError(`no run ${runId} in ${showPath(resultsFolder)}`, "cache-bench list runs shows what is there");
  }

  file(name: string): string {
    return join(this.path, name);
  }

  log(name: string): string {
    return join(this.path, "logs", `${name}.log`);
  }

  async writePlan(plan: Plan): Promise<void> {
    await this.#write("plan.json", plan);
  }

  readPlan(): Plan {
    return readJsonFile(this.file("plan.json"), planSchema);
  }

  /** On disk when this returns. */
  append(entry: JournalEntry): void {
    const journal = openSync(this.file("trials.jsonl"), "a");
    try {
      writeSync(journal, `${JSON.stringify(entry)}\n`);
      fsyncSync(journal);
    } catch (error) {
      throw environmentError(
        `cannot write ${showPath(this.file("trials.jsonl"))}: ${messageOf(error)}`,
        `make room, then: cache-bench run --resume ${this.runId}`,
      );
    } finally {
      closeSync(journal);
    }
  }

  /** All whole lines; a torn last line (power loss, full disk) is cut off so that the next one starts cleanly. */
  readJournal(): readonly JournalEntry[] {
    const file = this.file("trials.jsonl");
    if (!existsSync(file)) return [];
    const text = readFileSync(file, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) truncate(file, Buffer.byteLength(whole));
    return whole
      .split("\n")
      .filter(Boolean)
      .map((line, index) => {
        const entry = entrySchema.safeParse(safeJson(line));
        if (entry.success) return entry.data;
        throw usageError(`${showPath(file)}: line ${index + 1} is not a trial of this version`, "start a new run");
      });
  }

  async writeResult(result: Result): Promise<void> {
    await this.#write("result.json", result);
  }

  async writeText(name: string, text: string): Promise<void> {
    await writeFileAtomic(this.file(name), text);
  }

  /** Written beside it, synced, then renamed: a half-written file is never seen under its name. */
  async #write(name: string, content: unknown): Promise<void> {
    await this.writeText(name, `${JSON.stringify(content)}\n`);
  }
}

/** The result.json of a run, given as its folder, the file itself or a run id. */
export function findResult(run: string, resultsFolder: string): { readonly file: string; readonly result: Result } {
  const candidates = [run, join(run, "result.json"), join(resultsFolder, run, "result.json")];
  const file = candidates.find((candidate) => candidate.endsWith(".json") && existsSync(candidate));
  if (file === undefined)
    throw usageError(`no finished run at ${run}`, "cache-bench list runs shows the runs; an interrupted one is finished by run --resume");
  return { file, result: readJsonFile(file, resultSchema) };
}

/** Ids of the runs in a results folder, oldest first; finished ones have a result.json. */
export function listRuns(resultsFolder: string): readonly { readonly id: string; readonly finished: boolean }[] {
  if (!existsSync(resultsFolder)) return [];
  return readdirSync(resultsFolder)
    .filter((id) => existsSync(join(resultsFolder, id, "plan.json")))
    .toSorted()
    .map((id) => ({ id, finished: existsSync(join(resultsFolder, id, "result.json")) }));
}

function truncate(file: string, length: number): void {
  const handle = openSync(file, "r+");
  ftruncateSync(handle, length);
  closeSync(handle);
}

function safeJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
