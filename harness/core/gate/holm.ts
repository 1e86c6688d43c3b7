/** S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 1979. */

/** Which hypotheses are rejected when at most one job in 1 / `level` may reject any true one. Same order as the p values. */
export function holm(pValues: readonly number[], level: number): readonly boolean[] {
  const order = pValues.map((_, index) => index).toSorted((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const stopped = order.findIndex((index, step) => (pValues[index] as number) > level / (pValues.length - step));
  const rejected = new Set(stopped < 0 ? order : order.slice(0, stopped));
  return pValues.map((_, index) => rejected.has(index));
}
