import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type JournalEntry, listRuns, RunFolder } from "./run-folder.ts";

const entry: JournalEntry = { kind: "cold-start", implementation: "a", sampleMs: 1.5, pollGapMs: 0.2 };
const newFolder = (): RunFolder => RunFolder.create(mkdtempSync(join(tmpdir(), "cache-bench-test-")), "run-1");

test("the journal gives back what was appended", () => {
  const folder = newFolder();
  expect(folder.readJournal()).toEqual([]);
  folder.append(entry);
  folder.append({ ...entry, sampleMs: 2 });
  expect(folder.readJournal()).toEqual([entry, { ...entry, sampleMs: 2 }]);
});

test("a torn last line is cut off, and the journal goes on cleanly", () => {
  const folder = newFolder();
  folder.append(entry);
  appendFileSync(folder.file("trials.jsonl"), '{"kind":"cold-st\u00e4');
  expect(folder.readJournal()).toEqual([entry]);
  folder.append(entry);
  expect(folder.readJournal()).toEqual([entry, entry]);
});

test("a line that is no trial of this version is named", () => {
  const folder = newFolder();
  writeFileSync(folder.file("trials.jsonl"), '{"kind":"other"}\n');
  expect(() => folder.readJournal()).toThrow(/trials\.jsonl: line 1/);
});

test("a run that is not there cannot be resumed", () => {
  expect(() => RunFolder.open(tmpdir(), "no-such-run")).toThrow(/no run no-such-run/);
});

test("files are replaced whole", async () => {
  const folder = newFolder();
  await folder.writeText("report.html", "first");
  await folder.writeText("report.html", "second");
  expect(readFileSync(folder.file("report.html"), "utf8")).toBe("second");
});

test("runs are listed by what they have", () => {
  const results = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
  for (const id of ["b", "a", "not-a-run"]) mkdirSync(join(results, id));
  writeFileSync(join(results, "a", "plan.json"), "{}");
  writeFileSync(join(results, "b", "plan.json"), "{}");
  writeFileSync(join(results, "b", "result.json"), "{}");
  expect(listRuns(results)).toEqual([
    { id: "a", finished: false },
    { id: "b", finished: true },
  ]);
});
