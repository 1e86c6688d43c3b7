/** Measures how often processors are taken away, on all of them at a time. */
import { execa } from "execa";
import { z } from "zod";
import { type Interruptions, interruptionsOf } from "../core/interruptions.ts";
import type { Topology } from "../core/plan-schema.ts";
import { nodeCommand } from "../processes/node-command.ts";
import { pinned } from "../processes/pinning.ts";

const meter = new URL("./interruptions-process", import.meta.url);
const seenSchema = z.strictObject({ gapsUs: z.array(z.number()), durationUs: z.number().gt(0) });
const durationMs = 500;

/**
 * On the processors of this machine that serve or drive the load; nothing else should run on them meanwhile. None where nothing can be pinned or a
 * meter fails: a run is no worse for it. Rejects with the signal's reason when stopped.
 */
export async function measureInterruptions(topology: Topology, signal: AbortSignal): Promise<Interruptions[]> {
  const { service, agents, serviceElsewhere } = topology;
  if (!topology.pinned) return [];
  const cpus = new Set([...(serviceElsewhere === true ? [] : service), ...agents.flat()]);
  try {
    return await Promise.all([...cpus].map((cpu) => measureOne(cpu, signal)));
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

async function measureOne(cpu: number, signal: AbortSignal): Promise<Interruptions> {
  const [file = "", ...args] = pinned(nodeCommand(meter, String(durationMs)), [cpu]);
  const { stdout } = await execa(file, args, { cancelSignal: signal });
  const { gapsUs, durationUs } = seenSchema.parse(JSON.parse(stdout));
  return interruptionsOf(cpu, gapsUs, durationUs);
}
