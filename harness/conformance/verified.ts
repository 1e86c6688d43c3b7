/** What came of checking one service: its checks, or why there are none. */
import type { CheckResult } from "./check.ts";

export type Verified = { readonly service: string } & (
  | { readonly checks: readonly CheckResult[] }
  | { readonly skipped: string }
  | { readonly failed: string }
);

export const isBroken = (one: Verified): boolean =>
  "failed" in one || ("checks" in one && one.checks.some(({ outcome }) => outcome === "failed"));

/** "20 of 23 checks pass, 3 waived" */
export function summary(checks: readonly CheckResult[]): string {
  const count = (outcome: CheckResult["outcome"]): number => checks.filter((check) => check.outcome === outcome).length;
  const others = [
    [count("failed"), "failed"],
    [count("waived"), "waived"],
    [count("skipped"), "not done"],
  ] as const;
  return [`${count("passed")} of ${checks.length} checks pass`, ...others.flatMap(([n, what]) => (n > 0 ? [`${n} ${what}`] : []))].join(
    ", ",
  );
}
