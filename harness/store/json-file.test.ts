import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { manifestSchema } from "../core/implementation.ts";
import { scenarioSchema } from "../core/scenario.ts";
import { testScenario } from "../core/testing/load-measurement.ts";
import { UserError } from "../errors.ts";
import { parseJson, readJsonFile } from "./json-file.ts";

const error = (data: unknown): UserError => {
  try {
    parseJson(JSON.stringify(data), "file.json", scenarioSchema);
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
  throw new Error("was accepted");
};

test("a misspelt field is named with the file, the field meant and the allowed ones", () => {
  const { connections, ...rest } = testScenario;
  const { message, exitCode } = error({ ...rest, connexions: connections });
  expect(exitCode).toBe(2);
  expect(message).toContain("file.json");
  expect(message).toContain('unknown field "connexions"; did you mean "connections"? Allowed: id, title');
});

test("a misspelt field deep inside is named by its path", () => {
  expect(error({ ...testScenario, keys: { ...testScenario.keys, cuont: 3 } }).message).toContain(
    'keys: unknown field "cuont"; did you mean "count"?',
  );
  expect(error({ ...testScenario, valueSize: { kind: "fixed", byts: 64 } }).message).toContain('did you mean "bytes"?');
});

test("a value out of range is named by its path", () => {
  expect(error({ ...testScenario, connections: 0 }).message).toContain("connections: ");
  expect(error({ ...testScenario, operations: { get: 0.5, put: 0.1, delete: 0 } }).message).toContain("must add up to 1");
});

test("a file that is missing or not JSON is a usage error", () => {
  const file = join(mkdtempSync(join(tmpdir(), "cache-bench-test-")), "broken.json");
  expect(() => readJsonFile(file, scenarioSchema)).toThrow(/cannot read .*broken\.json/);
  writeFileSync(file, "{ nope");
  expect(() => readJsonFile(file, scenarioSchema)).toThrow(/broken\.json is not JSON/);
});

test("no input makes the readers throw anything but a UserError", () => {
  const outcome = (data: unknown, schema: typeof scenarioSchema | typeof manifestSchema): unknown => {
    try {
      return parseJson(JSON.stringify(data), "fuzz.json", schema);
    } catch (thrown) {
      return thrown;
    }
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(scenarioSchema, manifestSchema), (data, schema) => {
      expect(outcome(data, schema)).toBeInstanceOf(UserError);
    }),
  );
});
