import { connect, createServer, type Socket } from "node:net";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { listening } from "../targets/testing/behaviour.ts";
import { type ContainerOptions, startContainer } from "./container.ts";
import { answered, askInfo, type Docker, engineAddress, openEngine } from "./engine.ts";
import { imageId, unobtainable } from "./images.ts";
import { removeContainer, removeOrphanContainers } from "./ownership.ts";
import { withEngine } from "./testing/engine.ts";

const folder = mkdtempSync(join(tmpdir(), "cache-bench-test-"));

test("an engine that does not answer is an error after a bounded wait", async () => {
  const socket = join(folder, "mute.sock");
  const mute = createServer(() => {}).listen(socket);
  await expect(askInfo(`unix://${socket}`, 200)).rejects.toThrow(/within 0.2 s/);
  mute.close();
  await expect(answered("a thing", new Promise(() => {}), 50)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining("a thing"),
  });
  await expect(openEngine("unix:///nowhere/docker.sock")).rejects.toMatchObject({
    exitCode: 5,
    cure: expect.stringContaining("--target process"),
  });
});

withEngine((engine) => {
  const options = async (name: string, overrides: Partial<ContainerOptions> = {}): Promise<ContainerOptions> => ({
    imageId: (await imageId(engine.docker, "debian:bookworm-slim")) ?? "debian:bookworm-slim",
    command: ["sleep", "100"],
    env: {},
    network: { kind: "none" },
    cpus: null,
    memoryBytes: 64 * 1024 * 1024,
    logFile: join(folder, `${name}.log`),
    ...overrides,
  });
  const exists = async (id: string): Promise<boolean> =>
    (await engine.docker.listContainers({ all: true })).some((container) => container.Id === id);

  test("a container whose harness is gone is removed at the next start; one of a live harness and a foreign one are not", async () => {
    await using own = await startContainer(engine, await options("own"));
    await own.started;
    const labels = (await engine.docker.getContainer(own.id).inspect()).Config.Labels;
    const create = async (changed: Record<string, string>): Promise<string> => {
      const made = await engine.docker.createContainer({ Image: "debian:bookworm-slim", Cmd: ["sleep", "100"], Labels: changed });
      await made.start();
      return made.id;
    };
    const orphan = await create({ ...labels, "cache-bench.owner": `${process.pid}:1` });
    const foreign = await create({ somebody: "else" });
    const elsewhere = await create({ ...labels, "cache-bench.owner": `${process.pid}:1`, "cache-bench.origin": "another machine" });
    try {
      expect(await removeOrphanContainers(engine.docker)).toBeGreaterThanOrEqual(1);
      expect(await exists(orphan)).toBe(false);
      expect(await Promise.all([own.id, foreign, elsewhere].map(exists))).toEqual([true, true, true]);
    } finally {
      await Promise.all([orphan, foreign, elsewhere].map((id) => removeContainer(engine.docker, id)));
    }
  });

  test("a program that is not in the image is the reason of the exit, and nothing is left", async () => {
    const container = await startContainer(engine, await options("absent", { command: ["no-such-program"] }));
    expect(await container.exited).toMatchObject({ why: expect.stringContaining("no-such-program") });
    await container[Symbol.asyncDispose]();
    expect(await exists(container.id)).toBe(false);
  });

  test("what a container wrote is kept after it is removed", async () => {
    const container = await startContainer(
      engine,
      await options("words", { command: ["sh", "-c", "echo to stdout; echo to stderr >&2; exit 7"] }),
    );
    expect(await container.exited).toEqual({ code: 7, signal: null, why: null });
    await container[Symbol.asyncDispose]();
    expect(container.logTail().toSorted()).toEqual(["to stderr", "to stdout"]);
    expect(readFileSync(join(folder, "words.log"), "utf8")).toContain("to stdout");
  });

  test("a connection to the engine that breaks is no end of a container, and an engine out of reach is not waited for", async () => {
    const socket = join(folder, "forwarded.sock");
    const open = new Set<Socket>();
    const forwarding = createServer((near) => {
      const far = connect(new URL(engineAddress() ?? "").pathname);
      near.pipe(far).pipe(near);
      for (const end of [near, far]) open.add(end.on("error", () => {}).on("close", () => open.delete(end)));
    }).listen(socket);
    const Docker = engine.docker.constructor as new (options: { socketPath: string }) => Docker;
    const through = { ...engine, docker: new Docker({ socketPath: socket }) };
    const cut = async (): Promise<void> => {
      // Its wait has begun by then, and the engine has answered with a head.
      await sleep(500);
      for (const end of open) end.destroy();
    };
    const killed = await startContainer(through, await options("cut"));
    const lost = await startContainer(through, await options("lost"));
    try {
      await Promise.all([killed.started, lost.started]);
      await cut();
      await sleep(500);
      expect([killed.exit, lost.exit]).toEqual([null, null]);
      await engine.docker.getContainer(killed.id).kill();
      expect(await killed.exited).toMatchObject({ signal: "SIGKILL" });
      forwarding.close();
      await cut();
      expect((await lost.exited).why).toContain("the Docker engine is gone");
    } finally {
      for (const { id } of [killed, lost]) await removeContainer(engine.docker, id);
    }
  });

  test("a container that is not root cannot write but to /tmp", async () => {
    const script = "id -u; touch /tmp/here && echo tmp; touch /etc/there; touch /home/there; exit 0";
    await using container = await startContainer(engine, await options("writes", { command: ["sh", "-c", script] }));
    await container.exited;
    expect(container.logTail()).toEqual(expect.arrayContaining(["65532", "tmp", expect.stringMatching(/\/etc\/there.*Read-only/)]));
  });

  test("a published port is one of 127.0.0.1 alone", async () => {
    const hostPort = 21_000 + (process.pid % 10_000);
    await using container = await startContainer(
      engine,
      await options("published", { network: { kind: "published", containerPort: 8080, hostPort } }),
    );
    await container.started;
    for (let attempt = 0; attempt < 100 && listening(hostPort).length === 0; attempt++) await sleep(20);
    expect(listening(hostPort)).toEqual(["0100007F"]);
  });

  test("an image that is here is obtainable; one of a registry that does not answer is not", async () => {
    expect(await unobtainable(engine.docker, ["debian:bookworm-slim", "127.0.0.1:1/no/such:1"])).toEqual(["127.0.0.1:1/no/such:1"]);
  });
});
