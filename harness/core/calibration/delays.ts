/** The known-delay server's delays, and when its stalls let an answer go: pure, so that the truth can be simulated. */
import { seededRandom } from "../workload/random.ts";

export type Delay =
  | { readonly kind: "constant"; readonly us: number }
  /** exp(N(ln median, sigma^2)). */
  | { readonly kind: "lognormal"; readonly medianUs: number; readonly sigma: number }
  /** Never exactly 1 % slow: such a distribution has no p99. */
  | { readonly kind: "bimodal"; readonly fastUs: number; readonly slowUs: number; readonly slowShare: number };

/** The whole server answers nothing for `lengthUs`, once every `everyUs`, first half of that after its first request. */
export interface Stall {
  readonly everyUs: number;
  readonly lengthUs: number;
}

/** One delay after the other, us: the same for the same seed. */
export function delaySequence(delay: Delay, seed: number): () => number {
  const random = seededRandom(seed, "delays");
  switch (delay.kind) {
    case "constant":
      return () => delay.us;
    case "lognormal":
      return () => delay.medianUs * Math.exp(delay.sigma * normal(random.unit(), random.unit()));
    case "bimodal":
      return () => (random.unit() < delay.slowShare ? delay.slowUs : delay.fastUs);
  }
}

/** A standard normal value from two uniform ones (Box and Muller, Annals of Mathematical Statistics 29, 1958). */
const normal = (a: number, b: number): number => Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b);

/** When an answer due at `atUs` may leave; both count from the server's first request. */
export function released(atUs: number, stall: Stall | null): number {
  if (stall === null) return atUs;
  const sinceFirst = atUs - stall.everyUs / 2;
  if (sinceFirst < 0) return atUs;
  const into = sinceFirst % stall.everyUs;
  return into < stall.lengthUs ? atUs + stall.lengthUs - into : atUs;
}
