/**
 * The noise floor of one member of the family: what base against base shows on this machine, in this job. A1 and A2 are the
 * same program in random order, so every sign of a round's ln(A1 / A2) is as likely: the floor is the 95th percentile, over
 * all sign patterns, of the size of their median. No difference below it is claimed.
 */
export function noiseFloor(differences: readonly number[]): number {
  const sizes = differences.map(Math.abs).toSorted((a, b) => b - a);
  // The median lies beyond x only if half of all rounds, drawn from the k larger than x, came out with the same sign.
  const half = Math.ceil(sizes.length / 2);
  const larger = sizes.findLastIndex((_, k) => 2 * shareOfHeads(k, half) <= 0.05);
  return sizes[larger] ?? 0;
}

/** P(at least `wanted` heads in `tosses` of a fair coin). */
function shareOfHeads(tosses: number, wanted: number): number {
  let ways = 0;
  let choose = 1;
  for (let heads = 0; heads <= tosses; heads++) {
    if (heads >= wanted) ways += choose;
    choose = (choose * (tosses - heads)) / (heads + 1);
  }
  return ways / 2 ** tosses;
}
