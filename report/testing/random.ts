/** Normal deviates for synthetic results, the same for the same seed and purpose. */
import { seededRandom } from "../../harness/core/workload/random.ts";

/** Box and Muller, "A note on the generation of random normal deviates", Annals of Mathematical Statistics 29 (1958) 610-611. */
export function seededNormal(seed: number, purpose: string): () => number {
  const random = seededRandom(seed, purpose);
  return () => Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}
