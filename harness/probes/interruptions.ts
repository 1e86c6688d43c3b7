/** Measures how often processors are taken away, on all of them at a time. */
import { execa } from "execa";
import { z } from "zod";
import { type Interruptions, interruptionsOf } from "../core/interruptions.ts";
import type { Topology } from "../core/plan-schema.ts";
import { nodeCommand } from "../processes/node-command.ts";
import { pinned } from "../processes/pinning.ts";

const meter = new URL("./interruptions-process", import.meta.url);
const gapsSchema = z.array(z.number());
const durationMs = 500;

/** On the processors of this machine that serve or drive the load. Nothing else should run on them meanwhile. */
export function measureInterruptions(
  { service, agents, pinned: canBe, serviceElsewhere }: Topology,
  signal: AbortSignal,
): Promise<Interruptions[]> {
  const cpus = new Set([...(serviceElsewhere === true ? [] : service), ...agents.flat()]);
  return Promise.all([...(canBe ? cpus : [])].map((cpu) => measureOne(cpu, signal)));
}

async function measureOne(cpu: number, signal: AbortSignal): Promise<Interruptions> {
  const [file = "", ...args] = pinned(nodeCommand(meter, String(durationMs)), [cpu]);
  const { stdout } = await execa(file, args, { cancelSignal: signal });
  return interruptionsOf(cpu, gapsSchema.parse(JSON.parse(stdout)), durationMs * 1e3);
}
