import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { embeddedServer } from "./embedded.ts";

afterEach(() => vi.unstubAllEnvs());

test("where pip cannot fetch it, its own words are the reason; where there is no Python, that is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cache-bench-embedded-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
  vi.stubEnv("PATH", folder);
  const reason = async (): Promise<unknown> => embeddedServer(new AbortController().signal).catch((error: unknown) => error);
  expect(await reason()).toMatchObject({ exitCode: 5, message: expect.stringMatching(/cannot be fetched: .*python3 ENOENT/) });
  writeFileSync(join(folder, "python3"), "#!/bin/sh\necho looking >&2\necho 'No module named pip' >&2\nexit 1\n", { mode: 0o755 });
  expect(await reason()).toMatchObject({ exitCode: 5, message: expect.stringMatching(/cannot be fetched: No module named pip$/) });
});
