/** One run per machine at a time: two would measure each other. */
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { environmentError, messageOf } from "../errors.ts";
import { isAlive, ownerMark } from "../processes/orphans.ts";

const lockFile = join(tmpdir(), "cache-bench.lock");

/** Holds the lock until disposed. Throws a UserError (exit code 5) that names the owner when another run has it. */
export function takeLock(what: string, file = lockFile): Disposable {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (tryLock(file, what)) return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    const owner = readOwner(file);
    if (owner !== null && isAlive(owner.mark)) {
      throw environmentError(
        `another run holds this machine: process ${owner.mark.split(":")[0]}, ${owner.what}`,
        "wait for it to end, or stop it",
      );
    }
    rmSync(file, { force: true });
  }
  throw environmentError(`cannot take the lock ${file}`, "another run started at the same moment: try again");
}

/** The file appears with its whole content or not at all: a link cannot replace another file. */
function tryLock(file: string, what: string): boolean {
  const own = `${file}.${process.pid}`;
  try {
    writeFileSync(own, JSON.stringify({ mark: ownerMark(), what }));
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw environmentError(`cannot create the lock ${file}: ${messageOf(error)}`, "check the permissions of the temporary folder");
  } finally {
    rmSync(own, { force: true });
  }
}

function readOwner(file: string): { mark: string; what: string } | null {
  try {
    const owner = JSON.parse(readFileSync(file, "utf8")) as { mark?: unknown; what?: unknown };
    return typeof owner.mark === "string" && typeof owner.what === "string" ? { mark: owner.mark, what: owner.what } : null;
  } catch {
    return null;
  }
}
