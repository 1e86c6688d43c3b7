import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { packageRoot } from "../paths.ts";
import { findImplementations } from "../store/catalogue.ts";
import { findToolchain } from "./toolchain.ts";

const [node] = findImplementations([join(packageRoot, "implementations/node-production")], () => true);
if (node === undefined) throw new Error("no service in Node");

afterEach(() => vi.unstubAllEnvs());

test("where Node is wanted and none is on PATH, the one that runs this program will do", async () => {
  vi.stubEnv("PATH", mkdtempSync(join(tmpdir(), "cache-bench-test-")));
  expect(await findToolchain(node.manifest)).toEqual({ kind: "found", command: process.execPath, version: process.versions.node });
});

test("a Node that is too old is told, with the one that is needed", async () => {
  const { toolchain } = node.manifest;
  const found = await findToolchain({ ...node.manifest, toolchain: { ...toolchain, range: ">=99" } });
  expect(found).toMatchObject({ kind: "missing", reason: expect.stringContaining(`is ${process.versions.node}`) });
});
