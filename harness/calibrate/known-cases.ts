/** The load points at which the generator's reports are put to the test. */
import type { Delay, Stall } from "../core/calibration/delays.ts";
import type { KnownCase } from "./truth.ts";

export type { KnownCase } from "./truth.ts";

const onceASecond: Stall = { everyUs: 1_000_000, lengthUs: 50_000 };
const constant: Delay = { kind: "constant", us: 1_000 };
const lognormal: Delay = { kind: "lognormal", medianUs: 2_500, sigma: 0.5 };
/** 2 % slow, not 1 %: that would have no p99. */
const bimodal: Delay = { kind: "bimodal", fastUs: 1_000, slowUs: 10_000, slowShare: 0.02 };

/** The common offered rate of the quick preset. */
const commonRatePerS = 2_000;

/**
 * With 100 or more connections a stall hides coordinated omission (requests still find a free one), so 10 connections
 * are in it. The highest rate is 60 % of the ceiling.
 */
export function knownCases(ceilingPerS: number): readonly KnownCase[] {
  const highPerS = Math.floor((ceilingPerS * 0.6) / 1_000) * 1_000;
  const common: KnownCase[] = [
    { connections: 10, ratePerS: commonRatePerS, delay: constant, stall: onceASecond },
    { connections: 100, ratePerS: commonRatePerS, delay: lognormal, stall: null },
    { connections: 1_000, ratePerS: commonRatePerS, delay: bimodal, stall: onceASecond },
  ];
  if (highPerS <= commonRatePerS) return common;
  return [
    ...common,
    { connections: 100, ratePerS: Math.round(highPerS / 4), delay: lognormal, stall: null },
    { connections: 1_000, ratePerS: Math.round(highPerS / 2), delay: lognormal, stall: onceASecond },
    { connections: 1_000, ratePerS: highPerS, delay: lognormal, stall: null },
  ];
}

export function describeDelay(delay: Delay): string {
  const ms = (us: number): string => `${us / 1e3} ms`;
  switch (delay.kind) {
    case "constant":
      return ms(delay.us);
    case "lognormal":
      return `lognormal, median ${ms(delay.medianUs)}`;
    case "bimodal":
      return `${ms(delay.fastUs)}, ${delay.slowShare * 100} % ${ms(delay.slowUs)}`;
  }
}
