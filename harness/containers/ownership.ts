/** Containers carry the mark of the harness that started them; the next start removes those whose harness is gone, and no others. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { isAlive, ownerMark, pidNamespace } from "../processes/orphans.ts";
import { readProc } from "../processes/proc.ts";
import { answered, type Docker, statusOf } from "./engine.ts";
import { waitUntil } from "./wait.ts";

const ownerLabel = "cache-bench.owner";
const originLabel = "cache-bench.origin";

export function ownerLabels(): Record<string, string> {
  return { [ownerLabel]: ownerMark(), [originLabel]: origin() };
}

/**
 * Where process ids mean the same: this machine and this pid namespace, hashed. An engine may be shared by several
 * machines, and whether another's harness lives cannot be seen from here.
 */
function origin(): string {
  const parts = [hostname(), readProc("/etc/machine-id") ?? "", pidNamespace("self")];
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}

/** Removes what killed harnesses of this machine left on the engine; tells how many containers those were. */
export async function removeOrphanContainers(docker: Docker): Promise<number> {
  const ours = await answered(
    "listing containers",
    docker.listContainers({ all: true, filters: { label: [ownerLabel, `${originLabel}=${origin()}`] } }),
  );
  const orphans = ours.filter(({ Labels }) => !isAlive(Labels[ownerLabel] ?? ""));
  await Promise.all(orphans.map(({ Id }) => removeContainer(docker, Id)));
  return orphans.length;
}

/** Kills and removes, with the volumes that the image made; one that is gone already is fine. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  try {
    await answered("removing a container", docker.getContainer(id).remove({ force: true, v: true }));
  } catch (error) {
    if (statusOf(error) === 404) return;
    // 409: somebody else removes it at this moment.
    if (statusOf(error) !== 409) throw error;
    await answered("removing a container", waitUntil(docker, id, "removed")).catch((late: unknown) => {
      if (statusOf(late) !== 404) throw late;
    });
  }
}
