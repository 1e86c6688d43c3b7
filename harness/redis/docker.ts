/** The image redis:7.2 on a Docker engine, through testcontainers, bound to 127.0.0.1 on a free port. */
import { GenericContainer, Wait } from "testcontainers";
import getPort from "get-port";
import { environmentError, messageOf } from "../errors.ts";
import type { RedisServer, RedisSource, RedisStart } from "./source.ts";

const image = "redis:7.2";

export const dockerSource: RedisSource = { name: `docker image ${image}`, start: startContainer };

async function startContainer({ cpus }: RedisStart): Promise<RedisServer> {
  const port = await getPort({ host: "127.0.0.1" });
  const command = [
    "redis-server",
    "--bind",
    "127.0.0.1",
    "--port",
    String(port),
    "--save",
    "",
    "--appendonly",
    "no",
    "--maxclients",
    "10000",
  ];
  try {
    const container = await new GenericContainer(image)
      .withNetworkMode("host")
      .withCommand(command)
      .withWaitStrategy(Wait.forLogMessage("Ready to accept connections"))
      .start();
    if (cpus !== null) await pin(container.getId(), cpus);
    return {
      url: `redis://127.0.0.1:${port}`,
      exited: new Promise(() => {}),
      [Symbol.asyncDispose]: async () => {
        await container.stop({ timeout: 0 });
      },
    };
  } catch (error) {
    throw environmentError(
      `${image} cannot be started: ${messageOf(error)}`,
      "check that a Docker engine runs (docker info), or choose another --redis",
    );
  }
}

/** testcontainers has no cpuset of its own: the engine is asked for it. */
async function pin(containerId: string, cpus: readonly number[]): Promise<void> {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const client = await getContainerRuntimeClient();
  await client.container.getById(containerId).update({ CpusetCpus: cpus.join(",") });
}
