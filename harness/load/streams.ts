/** Streams, drawn once for all agents and launches that send them: an agent of its own would spend 50 ms on it at every start. */
import { buildStream, type CacheWorkload, type WorkloadStream } from "../core/workload.ts";

/** By workload and seed; a run has a dozen at most. */
const drawn = new Map<string, WorkloadStream>();

export function streamOf(workload: CacheWorkload, seed: number): WorkloadStream {
  const key = JSON.stringify([workload, seed]);
  const stream = drawn.get(key) ?? buildStream(workload, seed);
  drawn.set(key, stream);
  return stream;
}
