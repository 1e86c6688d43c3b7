/** The calibration of this machine, in the cache folder. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { type Calibration, calibrationSchema, staleness } from "../core/calibration/calibration.ts";
import { methodVersion } from "../core/plan.ts";
import type { Machine } from "../core/result.ts";
import { UserError } from "../errors.ts";
import { cacheFolder } from "../paths.ts";
import { readJsonFile } from "./json-file.ts";

const file = (): string => join(cacheFolder(), "calibration.json");

export async function storeCalibration(calibration: Calibration): Promise<string> {
  mkdirSync(dirname(file()), { recursive: true });
  await writeFileAtomic(file(), `${JSON.stringify(calibration, null, 2)}\n`);
  return file();
}

export type StoredCalibration =
  | { readonly kind: "current"; readonly calibration: Calibration }
  | { readonly kind: "unusable"; readonly reason: string };

/** The stored calibration, or why there is none that holds here and now. */
export function readCalibration(here: Machine, now = Date.now()): StoredCalibration {
  if (!existsSync(file())) return { kind: "unusable", reason: "this machine is not calibrated" };
  try {
    const calibration = readJsonFile(file(), calibrationSchema);
    const reason = staleness(calibration, here, methodVersion, now);
    return reason === null
      ? { kind: "current", calibration }
      : { kind: "unusable", reason: `the stored calibration does not hold: ${reason}` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "unusable", reason: `the stored calibration cannot be read (${error.message})` };
  }
}
