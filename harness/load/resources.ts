/**
 * What an agent spends in a window. Busy is the time of its event loop outside the kernel's poll, less the idle polling of
 * the last stretch before a due send: it holds the reading and writing of sockets too, which time taken in callbacks
 * would leave out. Time when the agent could run but another process had the core counts as busy: the cautious side.
 */
import { performance } from "node:perf_hooks";
import { nowUs } from "./clock.ts";

export class ResourceWindow {
  readonly #idlePollUs: () => number;
  readonly #startUs = nowUs();
  readonly #cpu = process.cpuUsage();
  readonly #loop = performance.eventLoopUtilization();
  readonly #idleAtStart: number;

  /** Starts the window. `idlePollUs`: time spent polling so far with nothing to do. */
  constructor(idlePollUs: () => number = () => 0) {
    this.#idlePollUs = idlePollUs;
    this.#idleAtStart = idlePollUs();
  }

  end(): { busyShare: number; cpuS: number } {
    const cpu = process.cpuUsage(this.#cpu);
    const elapsedUs = nowUs() - this.#startUs;
    const activeUs = performance.eventLoopUtilization(this.#loop).active * 1e3 - (this.#idlePollUs() - this.#idleAtStart);
    return { busyShare: Math.max(0, activeUs / elapsedUs), cpuS: (cpu.user + cpu.system) / 1e6 };
  }
}
