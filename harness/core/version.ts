/** Versions as tools print them. */

/** The first dotted number in a text ("cargo 1.95.0 (f2d3ce0bd 2026-03-21)" -> "1.95.0"), or null. */
export function parseVersion(text: string): string | null {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? null;
}

/** `range` is ">=" and a version. */
export function satisfiesMinimum(version: string, range: string): boolean {
  const wanted = numbers(range.slice(2));
  const have = numbers(version);
  for (let part = 0; part < wanted.length; part++) {
    const difference = (have[part] ?? 0) - (wanted[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] {
  return version.split(".").map(Number);
}
