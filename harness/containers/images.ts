/** Images: found, pulled, and built through the engine's API; used by id, so that a failed build can never run an older one. */
import { appendFileSync } from "node:fs";
import { environmentError, messageOf } from "../errors.ts";
import { answered, type Docker, statusOf } from "./engine.ts";

/** A registry that is asked whether it has an image: slow ones answer within this. */
const registryLimitMs = 15_000;
/** Between two signs of life of a pull or a build; linking a large program is silent for minutes. */
const silenceLimitMs = 15 * 60_000;

/** Id of an image on the engine, or null: not there (404), or no name that an image could have (400). */
export async function imageId(docker: Docker, name: string): Promise<string | null> {
  try {
    return (await answered("inspecting an image", docker.getImage(name).inspect())).Id;
  } catch (error) {
    if ([400, 404].includes(statusOf(error) ?? 0)) return null;
    throw error;
  }
}

/** Those of the images that are neither on the engine nor in their registry, as far as that answers. */
export async function unobtainable(docker: Docker, names: readonly string[]): Promise<readonly string[]> {
  const obtainable = await Promise.all(
    names.map(async (name) => (await imageId(docker, name)) !== null || (await inRegistry(docker, name))),
  );
  return names.filter((_, index) => !obtainable[index]);
}

async function inRegistry(docker: Docker, name: string): Promise<boolean> {
  try {
    await answered("asking a registry", docker.getImage(name).distribution(), registryLimitMs);
    return true;
  } catch {
    // Not there, refused, or out of reach: it cannot be had either way.
    return false;
  }
}

/** Id of the image, pulled when it is not there. Throws a UserError (exit code 5). */
export async function ensureImage(docker: Docker, name: string, logFile: string, signal: AbortSignal): Promise<string> {
  const present = await imageId(docker, name);
  if (present !== null) return present;
  appendFileSync(logFile, `pulling ${name}\n`);
  try {
    await follow(docker, await answered("pulling an image", docker.pull(name, { abortSignal: signal })), logFile, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw environmentError(
      `the image ${name} is not here and cannot be pulled: ${messageOf(error)}`,
      `check the network (docker pull ${name}), or use --target process`,
    );
  }
  const pulled = await imageId(docker, name);
  if (pulled === null) throw environmentError(`the image ${name} is not here after it was pulled`, `docker pull ${name} says why`);
  return pulled;
}

export interface ImageBuild {
  readonly folder: string;
  /** Of the folder, sent to the engine: what was hashed, and nothing else. */
  readonly files: readonly string[];
  readonly dockerfile: string;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** Id of the image that this build made. Rejects with the end of the build's own output. */
export async function buildImage(docker: Docker, { folder, files, dockerfile, tag, labels, logFile, signal }: ImageBuild): Promise<string> {
  const options = { dockerfile, t: tag, labels: { ...labels }, rm: true, forcerm: true, abortSignal: signal };
  const stream = await answered("beginning a build", docker.buildImage({ context: folder, src: [...files] }, options));
  const ids = (await follow(docker, stream, logFile, signal)).flatMap(({ aux }) => aux?.ID ?? []);
  const id = ids.at(-1);
  if (id === undefined) throw new Error("the engine named no image at the end of the build");
  return id;
}

interface Event {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
}

/** Writes what the engine tells to the log; rejects with its error and the lines before it, or when it falls silent. */
function follow(docker: Docker, stream: NodeJS.ReadableStream, logFile: string, signal: AbortSignal): Promise<readonly Event[]> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const silence = setTimeout(() => end(new Error(`the engine was silent for ${silenceLimitMs / 60_000} min`)), silenceLimitMs);
    const onAbort = (): void => end(signal.reason);
    const end = (error: unknown, events: readonly Event[] = []): void => {
      clearTimeout(silence);
      signal.removeEventListener("abort", onAbort);
      if (!error) return resolve(events);
      // Ending the connection ends the build on the engine's side too.
      (stream as NodeJS.ReadableStream & { destroy?(): void }).destroy?.();
      reject(
        lines.length === 0 || signal.aborted ? error : new Error(`${messageOf(error)}\n${lines.slice(-15).join("\n")}`, { cause: error }),
      );
    };
    signal.addEventListener("abort", onAbort, { once: true });
    docker.modem.followProgress(
      stream,
      (error: Error | null, events: Event[]) => {
        const told = events?.find((event) => event.error !== undefined)?.error;
        end(error ?? (told === undefined ? null : new Error(told)), events);
      },
      (event: Event) => {
        silence.refresh();
        // Progress bars of a pull are not worth a line each.
        const text =
          event.stream ?? (event.status !== undefined && /^(Pulling from|Status|Digest)/.test(event.status) ? `${event.status}\n` : "");
        if (text === "") return;
        appendFileSync(logFile, text);
        lines.push(...text.split("\n").filter((line) => line.trim() !== ""));
      },
    );
  });
}
