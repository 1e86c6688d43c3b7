import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { takeLock } from "./lock.ts";

const newFile = (): string => join(mkdtempSync(join(tmpdir(), "cache-bench-test-")), "lock");

test("a second run is refused and told who holds the machine", () => {
  const file = newFile();
  using _first = takeLock("run first", file);
  expect(() => takeLock("run second", file)).toThrow(new RegExp(`process ${process.pid}, run first`));
});

test("the lock is free again when the run ends", () => {
  const file = newFile();
  takeLock("run first", file)[Symbol.dispose]();
  expect(existsSync(file)).toBe(false);
  takeLock("run second", file)[Symbol.dispose]();
});

test("the lock of a process that is gone is taken over", () => {
  const file = newFile();
  // This process's id with another start time: an id that was used again.
  writeFileSync(file, JSON.stringify({ mark: `${process.pid}:1`, what: "run dead" }));
  using _lock = takeLock("run second", file);
  expect(existsSync(file)).toBe(true);
});
