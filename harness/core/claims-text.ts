/** Numbers in the sentences about claims. */

import type { Ratio } from "./compare.ts";

const numbers = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });

/** Three digits, the most a histogram holds. */
export function sig(value: number): string {
  return numbers.format(value);
}

/** "0.41 times theirs (0.4 to 0.42)" */
export function timesTheirs({ value, low, high }: Ratio): string {
  return `${sig(value)} times theirs${low === high ? "" : ` (${sig(low)} to ${sig(high)})`}`;
}

export function usd(value: number): string {
  return dollars.format(value);
}
