import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { ownerMark, ownerVariable } from "../processes/orphans.ts";
import { readProc } from "../processes/proc.ts";
import { resolveRedis } from "./resolve.ts";

test.runIf(process.platform === "linux")(
  "a server keeps the mark by which the next start finds it when its harness was killed",
  async () => {
    const { signal } = new AbortController();
    const source = await resolveRedis(undefined, signal);
    const logFile = join(mkdtempSync(join(tmpdir(), "cache-bench-test-")), "redis.log");
    await using redis = await source.start({ cpus: null, logFile, signal });
    const client = new Redis(redis.url);
    const pid = /process_id:(\d+)/.exec(await client.info("server"))?.[1];
    client.disconnect();
    expect(readProc(`/proc/${pid}/environ`)?.split("\0")).toContain(`${ownerVariable}=${ownerMark()}`);
  },
);
