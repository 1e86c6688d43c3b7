/**
 * What every container of ours is started with, and the proof that the engine took it: an engine may drop what its kernel
 * cannot do, and says so only when asked afterwards.
 */
import type { Docker } from "./engine.ts";

type Inspection = Awaited<ReturnType<ReturnType<Docker["getContainer"]>["inspect"]>>;
export type HostConfig = Inspection["HostConfig"];
/** The part of an inspection that is judged. */
export type Inspected = { readonly HostConfig: HostConfig; readonly Config: Pick<Inspection["Config"], "User"> };

export interface Limits {
  /** Processors to run on; null: any. */
  readonly cpus: readonly number[] | null;
  readonly memoryBytes: number;
}

/** Threads and processes: far above what a service on one machine needs, far below what hurts it. */
const pidsLimit = 512;
/** 10,000 connections and some to spare; more than the engine itself may open it cannot give (20,000 on some machines). */
const openFiles = 16_384;
const tmpfs = { "/tmp": "rw,noexec,nosuid,nodev,size=64m" };

export function hardenedHostConfig({ cpus, memoryBytes }: Limits): HostConfig {
  return {
    ReadonlyRootfs: true,
    Tmpfs: tmpfs,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges:true"],
    PidsLimit: pidsLimit,
    Memory: memoryBytes,
    // The same as Memory: nothing is swapped.
    MemorySwap: memoryBytes,
    CpusetCpus: cpus?.join(",") ?? "",
    Ulimits: [{ Name: "nofile", Soft: openFiles, Hard: openFiles }],
    RestartPolicy: { Name: "no" },
    LogConfig: { Type: "json-file", Config: { "max-size": "50m" } },
  };
}

/** A user that is a number and not root; the image's own where it is one. */
export function numericUser(imageUser: string | undefined): string {
  return isNumericUser(imageUser ?? "") ? (imageUser ?? "") : "65532:65532";
}

function isNumericUser(user: string): boolean {
  return /^[1-9]\d*(:[1-9]\d*)?$/.test(user);
}

/** Sentences on what is missing of the settings that were asked for; empty when all are there. */
export function missingHardening({ HostConfig: host, Config: config }: Inspected, { cpus, memoryBytes }: Limits): string[] {
  const options: readonly string[] = host.SecurityOpt ?? [];
  const kept: Readonly<Record<string, boolean>> = {
    "the root file system is writable": host.ReadonlyRootfs === true,
    "/tmp is not a tmpfs": host.Tmpfs?.["/tmp"] !== undefined,
    "capabilities are kept": (host.CapDrop ?? []).includes("ALL") && (host.CapAdd ?? []).length === 0,
    "privileges can be gained": options.some((option) => /^no-new-privileges(:true)?$/.test(option)),
    "system calls are not filtered": !options.some((option) => /^(seccomp|apparmor)=unconfined$/.test(option)),
    "it is privileged": host.Privileged !== true,
    "it runs as root": isNumericUser(config.User),
    "processes are not limited": host.PidsLimit === pidsLimit,
    "memory is not limited": host.Memory === memoryBytes,
    "processors are not those asked for": host.CpusetCpus === (cpus?.join(",") ?? ""),
    "open files are not limited": (host.Ulimits ?? []).some(({ Name, Hard }) => Name === "nofile" && Hard === openFiles),
    "it sees files of the host": (host.Binds ?? []).length === 0 && !(host.Mounts ?? []).some(({ Type }) => Type === "bind"),
    "it sees processes of the host": host.PidMode === undefined || host.PidMode === "",
    "it shares memory with the host": host.IpcMode !== "host",
    "it starts again by itself": host.RestartPolicy === undefined || ["", "no"].includes(host.RestartPolicy.Name),
  };
  return Object.entries(kept).flatMap(([sentence, holds]) => (holds ? [] : [sentence]));
}
