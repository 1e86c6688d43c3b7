/** Which key a request asks for: a rank by popularity, and the place of that rank in the key space. */
import type { KeyChoice } from "../scenario.ts";
import type { Random } from "./random.ts";

/** Draws popularity ranks, 0 being the most popular. */
export function rankSampler(choice: KeyChoice, count: number): (random: Random) => number {
  const uniform = (random: Random): number => Math.floor(random.unit() * count);
  switch (choice.kind) {
    case "uniform":
      return uniform;
    case "hot-key":
      return (random) => (count === 1 || random.unit() < choice.share ? 0 : 1 + Math.floor(random.unit() * (count - 1)));
    case "zipf":
      return choice.exponent === 0 ? uniform : zipfSampler(choice.exponent, count);
  }
}

/**
 * Exact Zipf sampling in constant time and memory by rejection-inversion: W. Hörmann and G. Derflinger, "Rejection-
 * inversion to generate variates from monotone discrete distributions", ACM TOMACS 6 (1996) 169-184. Names as there.
 */
function zipfSampler(exponent: number, count: number): (random: Random) => number {
  const h = (x: number) => Math.exp(-exponent * Math.log(x));
  const integral = (x: number) => {
    const log = Math.log(x);
    return expm1OverX((1 - exponent) * log) * log;
  };
  const inverse = (x: number) => {
    const t = Math.max(x * (1 - exponent), -1); // below -1 only by rounding
    return Math.exp(log1pOverX(t) * x);
  };
  const first = integral(1.5) - 1;
  const last = integral(count + 0.5);
  const shortcut = 2 - inverse(integral(2.5) - h(2));

  return (random) => {
    for (;;) {
      const u = last + random.unit() * (first - last);
      const x = inverse(u);
      const k = Math.min(Math.max(Math.round(x), 1), count);
      if (k - x <= shortcut || u >= integral(k + 0.5) - h(k)) return k - 1;
    }
  };
}

/** (e^x - 1) / x, also next to 0. */
const expm1OverX = (x: number) => (Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + x / 2);
/** ln(1 + x) / x, also next to 0. */
const log1pOverX = (x: number) => (Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x / 2);

/**
 * Spreads ranks over the key space, so that hot keys are neither neighbours nor the first ones loaded. Steps of about
 * count / golden ratio, coprime to count, visit every key once and keep the hottest ranks far apart. It does not
 * depend on the seed: the hot keys are the same in every run.
 */
export function rankToKey(count: number): (rank: number) => number {
  let step = Math.max(1, Math.round(count * 0.618_033_988_75));
  while (greatestCommonDivisor(step, count) !== 1) step++;
  return (rank) => ((rank + 1) * step) % count; // below 2^53 for up to 10 M keys
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
