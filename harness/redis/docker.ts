/** The image redis:7.2 on a Docker engine, through testcontainers, bound to 127.0.0.1 on a free port. */
import { GenericContainer, Wait } from "testcontainers";
import getPort from "get-port";
import { environmentError, messageOf } from "../errors.ts";
import { serverSettings } from "./server-settings.ts";
import type { RedisServer, RedisSource, RedisStart } from "./source.ts";

const image = "redis:7.2";

export const dockerSource: RedisSource = { name: `docker image ${image}`, start: startContainer };

async function startContainer({ cpus }: RedisStart): Promise<RedisServer> {
  const port = await getPort({ host: "127.0.0.1" });
  try {
    const container = await new GenericContainer(image)
      .withNetworkMode("host")
      .withCommand(["redis-server", ...serverSettings(port)])
      .withWaitStrategy(Wait.forLogMessage("Ready to accept connections"))
      .start();
    const stop = async (): Promise<void> => void (await container.stop({ timeout: 0 }));
    try {
      if (cpus !== null) await pin(container.getId(), cpus);
    } catch (error) {
      await stop();
      throw error;
    }
    return { url: `redis://127.0.0.1:${port}`, exited: new Promise(() => {}), [Symbol.asyncDispose]: stop };
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
