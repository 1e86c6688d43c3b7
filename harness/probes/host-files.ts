/** Files of the machine that a service runs on: this one, or another that is asked. */
import { readProc } from "../processes/proc.ts";

export interface HostFiles {
  /** The text of each, or null where it is gone or not ours to read. */
  read(paths: readonly string[]): Promise<readonly (string | null)[]>;
}

/** Read at once, before anything is awaited: a reading is as old as the call. */
export const localFiles: HostFiles = { read: async (paths) => paths.map(readProc) };
