/** `cache-bench calibrate`: what this machine's load generator can do, and how true it is. */
import { calibrate } from "../calibrate/calibrate.ts";
import { presets } from "../core/presets.ts";
import { planTopology } from "../core/topology.ts";
import { exitCodes, usageError } from "../errors.ts";
import { describeMachine } from "../probes/machine.ts";
import { keepAwake } from "../processes/awake.ts";
import { canPin, pinSelf, usableCpus } from "../processes/pinning.ts";
import { chooseProgress } from "../run/progress.ts";
import { storeCalibration } from "../store/calibration.ts";
import { findScenarios } from "../store/catalogue.ts";
import { showPath } from "../store/json-file.ts";
import { takeLock } from "../store/lock.ts";
import { describeCalibration } from "./calibration-text.ts";
import { print } from "./output.ts";

export interface CalibrateCommandOptions {
  readonly json?: true;
  readonly quiet?: true;
}

export async function calibrateCommand(options: CalibrateCommandOptions, names: readonly string[], signal: AbortSignal): Promise<number> {
  if (names.length > 0) throw usageError(`unexpected "${names[0]}"`, "calibrate takes no names");
  using _lock = takeLock("calibrate");
  const machine = describeMachine();
  const topology = planTopology(usableCpus(), canPin());
  const [scenario] = findScenarios(undefined, presets.quick.scenarios);
  if (scenario === undefined) throw new Error("the preset quick has a scenario");
  if (topology.pinned) await pinSelf(topology.orchestrator);
  using _awake = keepAwake();
  const progress = chooseProgress({ quiet: options.quiet === true });
  const calibration = await calibrate({ machine, topology, scenario, progress, signal });
  const file = await storeCalibration(calibration);
  print(options.json ? JSON.stringify(calibration, null, 2) : describeCalibration(calibration));
  process.stderr.write(`stored in ${showPath(file)}; run and doctor use it\n`);
  return exitCodes.done;
}
