/** What a report may hold: strings made printable, and measured numbers without the digits that say nothing. */
import { printable } from "./printable.ts";

/** More than any interval over launches has; a double's sixteen would fill the page. */
const significantDigits = 7;

/** The same value with each string and each number in it made presentable. Whole numbers stay as they are. */
export function presentable<T>(value: T): T {
  if (typeof value === "string") return printable(value) as T;
  if (typeof value === "number") return (Number.isInteger(value) ? value : Number(value.toPrecision(significantDigits))) as T;
  if (Array.isArray(value)) return value.map(presentable) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), presentable(inner)])) as T;
}
