/** Being served before other programs on the same processor. */
import { constants, setPriority } from "node:os";

/** Where the user may (root), this process goes first: others would make it late. */
export function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // Not allowed: what comes of it is measured, as lag.
  }
}
