/** `cache-bench doctor`: what this machine can and cannot measure. */
import { askInfo, engineAddress } from "../containers/engine.ts";
import { describeInterruptions, harmfulDelayUs, worstOf } from "../core/interruptions.ts";
import { planTopology } from "../core/topology.ts";
import { exitCodes, messageOf, UserError } from "../errors.ts";
import { isKnownNode, newestKnownNode } from "../load/engines/wire.ts";
import { measureInterruptions } from "../probes/interruptions.ts";
import { describeMachine } from "../probes/machine.ts";
import { idleCanPoll } from "../processes/awake.ts";
import { readProc } from "../processes/proc.ts";
import { canPin, onPath, usableCpus } from "../processes/pinning.ts";
import { serverNames } from "../redis/resolve.ts";
import { findImplementations } from "../store/catalogue.ts";
import { readCalibration } from "../store/calibration.ts";
import { takeLock } from "../store/lock.ts";
import { findToolchain } from "../targets/toolchain.ts";
import { print } from "./output.ts";

export interface Finding {
  readonly what: string;
  /** ok: nothing to do; limit: figures are missing or bounded; missing: something cannot be measured at all. */
  readonly state: "ok" | "limit" | "missing";
  readonly seen: string;
  readonly cure: string | null;
}

/** Connections of the largest scenario, the service's and the agent's ends apart, and some to spare. */
const openFilesNeeded = 4_096;

export async function doctorCommand({ json }: { readonly json?: true }, _names: readonly string[], signal: AbortSignal): Promise<number> {
  const findings = [
    node(),
    ...(await toolchains()),
    redis(),
    processors(),
    pinning(),
    openFiles(),
    governor(),
    ...scheduling(),
    await interruptions(signal),
    probes(),
    await docker(),
    calibration(),
  ];
  print(json ? JSON.stringify(findings, null, 2) : findings.map(describe).join("\n"));
  const buildable = findings.some(({ what, state }) => what.startsWith("toolchain") && state === "ok");
  return buildable ? exitCodes.done : exitCodes.environment;
}

function node(): Finding {
  const what = "Node";
  if (isKnownNode) return { what, state: "ok", seen: process.version, cure: null };
  const seen = `${process.version}, whose internals this version does not know: the engine socket drives somewhat less`;
  return { what, state: "limit", seen, cure: `use Node ${newestKnownNode}, or a newer cache-bench` };
}

async function toolchains(): Promise<readonly Finding[]> {
  const byName = new Map(findImplementations(undefined, () => true).map(({ manifest }) => [manifest.toolchain.name, manifest]));
  return Promise.all(
    [...byName].map(async ([name, manifest]): Promise<Finding> => {
      const found = await findToolchain(manifest);
      const what = `toolchain ${name}`;
      if (found.kind === "found") return { what, state: "ok", seen: `${found.command} ${found.version}`, cure: null };
      return { what, state: "missing", seen: found.reason, cure: found.cure };
    }),
  );
}

function redis(): Finding {
  const found = serverNames.find((name) => onPath(name) !== null);
  if (found !== undefined) return { what: "Redis", state: "ok", seen: `${found} on PATH`, cure: null };
  if (onPath("python3") !== null)
    return { what: "Redis", state: "ok", seen: "none on PATH; the embedded one is fetched with pip on first use", cure: null };
  return {
    what: "Redis",
    state: "missing",
    seen: "no server on PATH, and no python3 to fetch the embedded one",
    cure: "install redis-server or valkey-server, or give --redis redis://127.0.0.1:6379",
  };
}

function processors(): Finding {
  const topology = planTopology(usableCpus(), canPin());
  if (topology.disjoint) return { what: "processors", state: "ok", seen: topology.sentence, cure: null };
  return {
    what: "processors",
    state: "limit",
    seen: `${topology.sentence}; fast services will be bounded`,
    cure: "use a machine with at least 4 processors",
  };
}

function pinning(): Finding {
  if (canPin()) return { what: "pinning", state: "ok", seen: "taskset", cure: null };
  return { what: "pinning", state: "limit", seen: "no taskset", cure: "install util-linux; elsewhere than on Linux nothing can be pinned" };
}

function openFiles(): Finding {
  const limit = /^Max open files\s+\S+\s+(\S+)/m.exec(readProc("/proc/self/limits") ?? "")?.[1];
  if (limit === undefined) return { what: "open files", state: "limit", seen: "limit unknown", cure: "ulimit -Hn should say 4096 or more" };
  const enough = limit === "unlimited" || Number(limit) >= openFilesNeeded;
  return {
    what: "open files",
    state: enough ? "ok" : "missing",
    seen: `at most ${limit}`,
    cure: enough ? null : `raise the hard limit to ${openFilesNeeded}: ulimit -Hn ${openFilesNeeded}`,
  };
}

function governor(): Finding {
  const { governor: name } = describeMachine();
  if (name === null) return { what: "governor", state: "ok", seen: "not shown by the kernel (virtual machine)", cure: null };
  const ok = name === "performance";
  return { what: "governor", state: ok ? "ok" : "limit", seen: name, cure: ok ? null : "cpupower frequency-set -g performance" };
}

function scheduling(): readonly Finding[] {
  const { keptAwake, realTimeAgents } = describeMachine();
  return [
    keptAwake === true
      ? { what: "idle processors", state: "ok", seen: "kept awake while something is measured", cure: null }
      : {
          what: "idle processors",
          state: "limit",
          seen: "may fall asleep: every time includes waking one, in a virtual machine 50 us and more",
          cure: idleCanPoll()
            ? "run as root, or let this user write to /dev/cpu_dma_latency (a container needs that device)"
            : "measure on Linux on x86 with a cpuidle driver: here the kernel cannot poll while idle",
        },
    realTimeAgents === true
      ? {
          what: "load agents",
          state: "ok",
          seen: "go before all else on their processors in the open loop, at rates that leave others time",
          cure: null,
        }
      : {
          what: "load agents",
          state: "limit",
          seen: "wait for other programs on their processors: p99 may be void for it",
          cure: "run as root (a container needs the capability SYS_NICE), or allow this user a real-time priority of 1 (ulimit -r 1, with util-linux's chrt)",
        },
  ];
}

async function interruptions(signal: AbortSignal): Promise<Finding> {
  const what = "interruptions";
  const { cure } = pinning();
  if (cure !== null) return { what, state: "limit", seen: "not known: nothing can be pinned", cure };
  try {
    // It keeps processors busy, and must not do so to a run.
    using _lock = takeLock("doctor");
    const worst = worstOf(await measureInterruptions(planTopology(usableCpus(), canPin()), signal));
    if (worst === null)
      return { what, state: "limit", seen: "not known: no program could be started on them", cure: "taskset -c 0 true says why" };
    if (worst.meanDelayUs < harmfulDelayUs) return { what, state: "ok", seen: describeInterruptions(worst), cure: null };
    const quieter = "end other programs; in a virtual machine, use one whose processors are its own";
    return { what, state: "limit", seen: describeInterruptions(worst), cure: quieter };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { what, state: "limit", seen: `not known: ${error.message}`, cure: "run doctor again when nothing is measured" };
  }
}

function probes(): Finding {
  const readable = readProc("/proc/self/smaps_rollup") !== null;
  if (readable) return { what: "probes", state: "ok", seen: "processor time, RSS and PSS of process trees", cure: null };
  return {
    what: "probes",
    state: "limit",
    seen: "no /proc/<pid>/smaps_rollup: memory figures are missing",
    cure: "use Linux 4.14 or newer",
  };
}

function calibration(): Finding {
  const what = "calibration";
  const stored = readCalibration(describeMachine());
  if (stored.kind === "unusable") return { what, state: "limit", seen: stored.reason, cure: "cache-bench calibrate (about 3 minutes)" };
  return { what, state: "ok", seen: `of ${stored.calibration.date.slice(0, 10)}`, cure: null };
}

async function docker(): Promise<Finding> {
  const what = "Docker";
  const address = engineAddress();
  const unused = "services run as processes of this machine, --target docker cannot be used";
  if (address === null) return { what, state: "limit", seen: `no engine; ${unused}`, cure: "start a Docker engine" };
  try {
    const { version, operatingSystem, network } = await askInfo(address);
    const seen = `engine ${version} (${operatingSystem})`;
    if (network === "direct") return { what, state: "ok", seen: `${seen}, containers on the host's network`, cure: null };
    if (network === "rootless")
      return { what, state: "limit", seen: `${seen}, rootless; ${unused}`, cure: "use an engine that runs as root" };
    return { what, state: "limit", seen: `${seen} in a virtual machine: no pinning, no PSS, and a port proxy`, cure: "use Linux" };
  } catch (error) {
    return { what, state: "limit", seen: `the engine does not answer (${messageOf(error)}); ${unused}`, cure: "docker info says why" };
  }
}

function describe({ what, state, seen, cure }: Finding): string {
  return `${state.padEnd(8)}${what.padEnd(18)}${seen}${cure === null ? "" : `\n${" ".repeat(26)}cure: ${cure}`}`;
}
