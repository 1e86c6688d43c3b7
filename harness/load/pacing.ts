/** How an agent of an open loop waits for its next send. */
import { canKeepAwake } from "../processes/awake.ts";

export interface Pacing {
  /** The last stretch before a send, which is polled and not slept, us. */
  readonly lastStretchUs: number;
  /** Whether the agent goes before all others on its processor. */
  readonly realTime: boolean;
}

/** Beside Redis, which may want the processor. Where processors are kept awake, waking takes less. */
export const shortStretchUs = canKeepAwake() ? 50 : 150;
/** Where sends follow one another so closely that sleeping costs more than it saves, and an agent that does not go first polls all the time. */
const longStretchUs = 150;
/** At most, of an agent with a processor of its own. */
const ownStretchUs = 1_000;

/**
 * Who goes before all others must leave them time: Redis three quarters of a processor that they share. And who has one alone must not take all
 * of it either, or Linux gives it to whoever waits for 50 ms in a second (its fair server; seen with agents at 40,000/s, and at times at 30,000).
 *
 * Agent and known-delay server alike polling for one, half and three times the mean interval between sends, 9,750/s on 100 connections, three rounds
 * in turn: p50 was off by 37 to 42, 47 to 55 and 78 to 83 us.
 *
 * Seen on 1,000 connections with an agent alone, three pairs each, 99th percentile of the lag: at 20,000/s 190 to 840 us in real time and 1,700 to
 * 2,800 without, at 25,000/s 330 to 950 and 2,100 to 3,100.
 *
 * @param ratePerS of one agent.
 * @param alone whether nothing else that is measured runs on its processor.
 */
export function pacingOf(ratePerS: number, alone: boolean): Pacing {
  // The share of the time that last stretches would take, did none overlap.
  const stretches = (ratePerS * shortStretchUs) / 1e6;
  if (!alone) return { realTime: stretches <= 0.25, lastStretchUs: shortStretchUs };
  if (stretches > 1.25) return { realTime: false, lastStretchUs: longStretchUs };
  // As long as a send follows the one before it on average: of Poisson arrivals, 63 % of the time.
  return { realTime: true, lastStretchUs: Math.max(shortStretchUs, Math.min(ownStretchUs, 1e6 / ratePerS)) };
}
