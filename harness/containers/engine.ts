/** A Docker engine: found without waiting long, asked with a bound on every wait, because an engine can hang. */
import { request } from "node:http";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { environmentError, messageOf } from "../errors.ts";

/** What is told of an engine; nothing that names the machine's owner. */
export interface EngineInfo {
  readonly id: string;
  readonly version: string;
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  /** "direct": containers on the host's network are on this machine's; "virtual": the engine runs in a machine of its own; or "rootless". */
  readonly network: "direct" | "virtual" | "rootless";
}

type Client = Awaited<ReturnType<(typeof import("testcontainers"))["getContainerRuntimeClient"]>>;
export type Docker = Client["container"]["dockerode"];

export interface Engine {
  readonly docker: Docker;
  readonly info: EngineInfo;
}

/** An answer to a small question; pulls, builds and waits have bounds of their own. */
const answerLimitMs = 60_000;
/** Long enough for a busy engine, short enough to wait for at every start. */
const presenceLimitMs = 5_000;

const infoSchema = z.object({
  ID: z.string(),
  ServerVersion: z.string(),
  OperatingSystem: z.string(),
  Architecture: z.string(),
  NCPU: z.number(),
  MemTotal: z.number(),
  SecurityOptions: z.array(z.string()).nullish(),
});

/** Where the engine is looked for: DOCKER_HOST, the system's socket, the user's own. */
export function engineAddress(): string | null {
  const configured = process.env["DOCKER_HOST"];
  if (configured) return configured;
  const runtime = process.env["XDG_RUNTIME_DIR"];
  const sockets = [
    "/var/run/docker.sock",
    ...(runtime ? [join(runtime, "docker.sock")] : []),
    join(homedir(), ".docker/run/docker.sock"),
    join(homedir(), ".docker/desktop/docker.sock"),
  ];
  const found = sockets.find((socket) => existsSync(socket));
  return found === undefined ? null : `unix://${found}`;
}

/** What answers at an address; rejects when nothing does within the limit. */
export async function askInfo(address: string, limitMs = presenceLimitMs): Promise<EngineInfo> {
  const url = new URL(address);
  const where = url.protocol === "unix:" ? { socketPath: url.pathname } : { host: url.hostname, port: url.port };
  const text = await new Promise<string>((resolve, reject) => {
    const asking = request({ ...where, path: "/info", signal: AbortSignal.timeout(limitMs) }, (answer) => {
      let body = "";
      answer
        .setEncoding("utf8")
        .on("data", (part: string) => (body += part))
        .on("end", () => resolve(body))
        .on("error", reject);
    });
    asking.on("error", (error) => reject(error.name === "AbortError" ? new Error(`no answer within ${limitMs / 1000} s`) : error)).end();
  });
  const { ID, ServerVersion, OperatingSystem, Architecture, NCPU, MemTotal, SecurityOptions } = infoSchema.parse(JSON.parse(text));
  const rootless = (SecurityOptions ?? []).some((option) => option.startsWith("name=rootless"));
  const virtual = process.platform !== "linux" || OperatingSystem.startsWith("Docker Desktop");
  return {
    id: ID,
    version: ServerVersion,
    operatingSystem: OperatingSystem,
    architecture: Architecture,
    cpuCount: NCPU,
    memoryBytes: MemTotal,
    network: rootless ? "rootless" : virtual ? "virtual" : "direct",
  };
}

/** Throws a UserError (exit code 5) that says why there is no engine. */
export async function openEngine(address: string | null = engineAddress()): Promise<Engine> {
  const cure = "start a Docker engine (docker info says whether one runs), or use --target process";
  if (address === null) throw environmentError("no Docker engine: DOCKER_HOST is not set and there is no socket of one", cure);
  const info = await askInfo(address).catch((error: unknown) => {
    throw environmentError(`the Docker engine does not answer: ${messageOf(error)}`, cure);
  });
  process.env["DOCKER_HOST"] = address;
  // Else it asks the engine's bridge for a host name, and takes another engine where there is none; ports here are ours to know.
  process.env["TESTCONTAINERS_HOST_OVERRIDE"] ??= "127.0.0.1";
  const { getContainerRuntimeClient } = await import("testcontainers");
  const { container } = await answered("connecting", getContainerRuntimeClient());
  // testcontainers tries other sockets when one fails: it must never be another engine that is measured. Two engines can have
  // one id (it lies in /etc/docker), so the socket is looked at too.
  const { socketPath } = container.dockerode.modem as { socketPath?: string };
  const { ID } = (await answered("its identity", container.dockerode.info())) as { ID?: string };
  if (ID !== info.id || (address.startsWith("unix:") && socketPath !== new URL(address).pathname))
    throw environmentError("another Docker engine answers than the one that was asked for", "set DOCKER_HOST to the one to use");
  return { docker: container.dockerode, info };
}

/** The engine's answer, or a UserError (exit code 5) when it does not come. */
export async function answered<T>(what: string, answer: Promise<T>, limitMs = answerLimitMs): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      reject(
        environmentError(
          `the Docker engine did not answer within ${limitMs / 1000} s (${what})`,
          "look at the engine's own log and restart it; finished trials are kept, go on with --resume",
        ),
      ),
    limitMs,
  );
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    if (
      !/ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|socket hang up/.test(String((error as NodeJS.ErrnoException | null)?.code ?? messageOf(error)))
    )
      throw error;
    throw environmentError(
      `the Docker engine is gone (${what}: ${messageOf(error)})`,
      "start it again, or mend the connection to it; finished trials are kept, go on with --resume",
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Status code of an engine's error, as 404 for what is not there. */
export function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : null;
}
