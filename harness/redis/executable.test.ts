import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { ownerMark, ownerVariable } from "../processes/orphans.ts";
import { onPath } from "../processes/pinning.ts";
import { readProc } from "../processes/proc.ts";
import { embeddedServer } from "./embedded.ts";
import { ping } from "./admin.ts";
import { startExecutable } from "./executable.ts";
import { resolveRedis } from "./resolve.ts";

const { signal } = new AbortController();
const newLog = (): string => join(mkdtempSync(join(tmpdir(), "cache-bench-test-")), "redis.log");

test.runIf(process.platform === "linux")(
  "a server keeps the mark by which the next start finds it when its harness was killed",
  async () => {
    const source = await resolveRedis(undefined, signal);
    await using redis = await source.start({ cpus: null, logFile: newLog(), signal });
    const client = new Redis(redis.url);
    const pid = /process_id:(\d+)/.exec(await client.info("server"))?.[1];
    client.disconnect();
    expect(readProc(`/proc/${pid}/environ`)?.split("\0")).toContain(`${ownerVariable}=${ownerMark()}`);
  },
);

test("one that is too old to be told to keep it starts all the same", async () => {
  const real = onPath("redis-server") ?? (await embeddedServer(signal));
  const old = join(mkdtempSync(join(tmpdir(), "cache-bench-test-")), "redis-server");
  // What Redis 6.0 says of a setting that it does not know.
  const refusal = `case "$*" in *set-proc-title*) printf '%s\\n' ">>> 'set-proc-title" "Bad directive or wrong number of arguments"; exit 1;; esac`;
  writeFileSync(old, `#!/bin/sh\n${refusal}\nexec ${real} "$@"\n`, { mode: 0o755 });
  await using redis = await startExecutable(old, { cpus: null, logFile: newLog(), signal });
  expect(await ping(redis.url)).toBe(true);
});
