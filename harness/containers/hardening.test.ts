import { expect, test } from "vitest";
import { exitOf } from "./container.ts";
import { hardenedHostConfig, type HostConfig, type Limits, missingHardening, numericUser } from "./hardening.ts";

const limits: Limits = { cpus: [0, 2], memoryBytes: 4096 };
const inspected = (host: HostConfig = {}, user = "65532:65532"): Parameters<typeof missingHardening>[0] => ({
  HostConfig: { ...hardenedHostConfig(limits), ...host },
  Config: { User: user },
});

test("a container that has what was asked for is not refused", () => {
  expect(missingHardening(inspected(), limits)).toEqual([]);
});

test.each<[string, HostConfig]>([
  ["the root file system is writable", { ReadonlyRootfs: false }],
  ["/tmp is not a tmpfs", { Tmpfs: {} }],
  ["capabilities are kept", { CapDrop: [] }],
  ["capabilities are kept", { CapAdd: ["NET_ADMIN"] }],
  ["privileges can be gained", { SecurityOpt: [] }],
  ["system calls are not filtered", { SecurityOpt: ["no-new-privileges:true", "seccomp=unconfined"] }],
  ["it is privileged", { Privileged: true }],
  ["processes are not limited", { PidsLimit: 0 }],
  ["memory is not limited", { Memory: 0 }],
  ["processors are not those asked for", { CpusetCpus: "" }],
  ["open files are not limited", { Ulimits: [] }],
  ["it sees files of the host", { Binds: ["/var/run/docker.sock:/var/run/docker.sock"] }],
  ["it sees processes of the host", { PidMode: "host" }],
  ["it shares memory with the host", { IpcMode: "host" }],
  ["it starts again by itself", { RestartPolicy: { Name: "always" } }],
])("an engine that leaves out a setting is refused: %s", (sentence, host) => {
  expect(missingHardening(inspected(host), limits)).toEqual([sentence]);
});

test.each(["", "root", "0", "0:0", "1000:0", "app"])("a user %j is refused and replaced", (user) => {
  expect(missingHardening(inspected({}, user), limits)).toEqual(["it runs as root"]);
  expect(numericUser(user)).toBe("65532:65532");
});

test("a numeric user of the image is kept", () => {
  expect(numericUser("10001:10001")).toBe("10001:10001");
  expect(numericUser("1000")).toBe("1000");
});

test("an exit code above 128 is a signal, and a kill for memory is named with the limit", () => {
  expect(exitOf({ ExitCode: 3, OOMKilled: false, Error: "" }, 0)).toEqual({ code: 3, signal: null, why: null });
  expect(exitOf({ ExitCode: 143, OOMKilled: false, Error: "" }, 0)).toEqual({ code: null, signal: "SIGTERM", why: null });
  expect(exitOf({ ExitCode: 137, OOMKilled: true, Error: "" }, 2 * 1024 ** 3)).toEqual({
    code: null,
    signal: "SIGKILL",
    why: "killed for memory: over its limit of 2 GiB",
  });
});
