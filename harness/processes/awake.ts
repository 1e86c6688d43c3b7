/**
 * Processors that do not fall asleep while something is measured. An idle processor does, and in a virtual machine goes back to the
 * hypervisor; it is a while until it runs again when a request, an answer or a timer is there for it. That is nobody's service time, and
 * it was most of the time of a fast service at 2,000 requests/s: seen here, 121 us for a byte to a process on the other processor and back, and
 * 21 us with both kept awake.
 *
 * Linux keeps processors awake as long as somebody holds /dev/cpu_dma_latency open with a latency of 0 written to it
 * (Documentation/power/pm_qos_interface.rst in its sources); cyclictest and tuned's profile latency-performance do the same. Only root
 * may, and it ends with the process however that ends.
 *
 * It can do so only where the idle loop may poll: the shallowest state of an ARM processor waits for an interrupt, and a kernel without a
 * cpuidle driver knows no other.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { readProc } from "./proc.ts";

const device = "/dev/cpu_dma_latency";

/** Whether the kernel's idle loop may poll. */
export const idleCanPoll = (): boolean => readProc("/sys/devices/system/cpu/cpu0/cpuidle/state0/name")?.trim() === "POLL";

export function canKeepAwake(): boolean {
  const file = open();
  if (file !== null) closeSync(file);
  return file !== null;
}

/** Where that is allowed, and until disposed of. Where it is not, results say so (Machine.keptAwake). */
export function keepAwake(): Disposable {
  const file = open();
  if (file !== null) writeSync(file, new Int32Array([0]));
  return { [Symbol.dispose]: () => file !== null && closeSync(file) };
}

function open(): number | null {
  if (!idleCanPoll()) return null;
  try {
    return openSync(device, "r+");
  } catch {
    return null;
  }
}
