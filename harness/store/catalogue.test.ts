import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../paths.ts";
import { findImplementations, findScenarios } from "./catalogue.ts";

test("every shipped scenario and manifest is valid", () => {
  expect(findScenarios(undefined, "all").map(({ id }) => id)).toEqual(expect.arrayContaining(["article-70-30", "l1-hot", "mixed"]));
  const implementations = findImplementations(undefined, () => true).map(({ manifest }) => manifest.id);
  expect(implementations).toEqual(expect.arrayContaining(["go-production", "python-production", "rust-production"]));
});

test("an unknown name gets the nearest known one", () => {
  expect(() => findImplementations(["rust-prodution"], () => true)).toThrow(/did you mean rust-production\?/);
  expect(() => findScenarios(["articel-70-30"], "all")).toThrow(/did you mean article-70-30\?/);
});

test("the same name twice is measured once", () => {
  expect(findScenarios(["mixed", "mixed"], "all")).toHaveLength(1);
});

test("a folder or a file outside the package can be named by its path", () => {
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
  cpSync(join(packageRoot, "harness/testing/service"), join(folder, "mine"), { recursive: true });
  expect(findImplementations([join(folder, "mine")], () => true)[0]?.folder).toBe(join(folder, "mine"));
  const scenario = JSON.parse(readFileSync(join(packageRoot, "scenarios/mixed.json"), "utf8"));
  writeFileSync(join(folder, "own.json"), JSON.stringify({ ...scenario, id: "own" }));
  expect(findScenarios([join(folder, "own.json")], "all")[0]?.id).toBe("own");
  writeFileSync(join(folder, "wrong.json"), JSON.stringify(scenario));
  expect(() => findScenarios([join(folder, "wrong.json")], "all")).toThrow(/id: "mixed" is not the file's name/);
});

test("a Dockerfile outside the implementation's folder is refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));
  const manifest = JSON.parse(readFileSync(join(packageRoot, "harness/testing/service/implementation.json"), "utf8"));
  writeFileSync(join(folder, "implementation.json"), JSON.stringify({ ...manifest, dockerfile: "../../etc/passwd" }));
  expect(() => findImplementations([folder], () => true)).toThrow(/lies outside the folder/);
});
