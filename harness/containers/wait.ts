/** Waits for a container. dockerode's own wait never settles when the connection breaks: the head of the answer is there by then. */
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { messageOf } from "../errors.ts";
import type { Docker } from "./engine.ts";

/** Rejects with the engine's error, which has its status code, or when the connection to the engine breaks. */
export async function waitUntil(docker: Docker, id: string, state: "not-running" | "removed"): Promise<void> {
  const answer = Promise.withResolvers<Readable>();
  docker.modem.dial(
    { path: `/containers/${id}/wait?condition=${state}`, method: "POST", isStream: true, options: {}, statusCodes: { 200: true } },
    (error: unknown, stream) => (error ? answer.reject(error) : answer.resolve(stream as Readable)),
  );
  const body = await answer.promise;
  await text(body).catch((error: unknown) => {
    throw new Error(`the connection to the Docker engine broke: ${messageOf(error)}`, { cause: error });
  });
}
