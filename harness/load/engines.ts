/** The engines there are. A new one is a file that fills EngineSession, and a line in the list below. */
import type { RequestTotals } from "../core/measurement.ts";
import type { AgentMeasurement, AgentSetup, MeasureOrder } from "./messages.ts";

/** One agent's connections, driven by one engine. */
export interface EngineSession {
  /** Opens all connections, in waves; when the first attempt began and when the last was established. */
  connect(): Promise<{ firstUs: number; lastUs: number }>;
  /** Drives one load point over these connections; rejects when the order is one the engine cannot fill. */
  measure(order: MeasureOrder): Promise<AgentMeasurement>;
  /** All requests since connecting; asked when no load point is being driven. */
  totals(): RequestTotals;
}

export interface Engine {
  /** Whether it can send at a rate that does not wait for answers. */
  readonly openLoop: boolean;
  /** Prepares everything that can be prepared before the clock runs. */
  readonly start: (setup: AgentSetup) => Promise<EngineSession>;
}

export const engines = {
  socket: {
    openLoop: true,
    start: async (setup) => new (await import("./engines/socket.ts")).SocketSession(setup),
  },
  autocannon: {
    openLoop: false,
    start: async (setup) => new (await import("./engines/autocannon.ts")).AutocannonSession(setup),
  },
} as const satisfies Record<string, Engine>;

export type EngineName = keyof typeof engines;
