/** Did a service stay on the processors it was given? Elsewhere it takes time from the load generator, unseen. */
import type { Finding } from "./result.ts";

/**
 * @param planned null where nothing is pinned
 * @param allowed what the service's threads may use; null where that cannot be read, or where the kernel does not let them leave
 */
export function judgePlacement(planned: readonly number[] | null, allowed: readonly number[] | null): readonly Finding[] {
  const outside = planned === null ? [] : (allowed ?? []).filter((cpu) => !planned.includes(cpu));
  if (outside.length === 0) return [];
  return [
    {
      gate: "placement",
      severity: "void",
      loadPoint: null,
      sentence: `the service may run on processor ${outside.join(", ")} too, and was given ${planned?.join(", ")} alone`,
      cure: "take away what sets its own processor affinity, or measure it in a container",
    },
  ];
}
