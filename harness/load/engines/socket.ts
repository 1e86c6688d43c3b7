/**
 * Our engine, on node:net: prebuilt requests, a parser that keeps nothing, one request outstanding per connection, closed and
 * open loop.
 */
import { poissonArrivals, seededRandom } from "../../core/workload.ts";
import { nowUs } from "../clock.ts";
import { connectWave, type EngineSession } from "../engines.ts";
import { LoadError } from "../errors.ts";
import type { AgentMeasurement, AgentSetup, MeasureOrder } from "../messages.ts";
import type { FailureKind } from "../recorder.ts";
import { requestSource, type RequestSource } from "../requests.ts";
import { ClosedLoop } from "./closed-loop.ts";
import type { Connection, ConnectionOwner, Loop } from "./loop.ts";
import { OpenLoop } from "./open-loop.ts";
import { SocketConnection } from "./socket-connection.ts";

export class SocketSession implements EngineSession, ConnectionOwner {
  readonly #setup: AgentSetup;
  readonly #requests: RequestSource;
  readonly #connections: readonly SocketConnection[];
  #loop: Loop | null = null;

  constructor(setup: AgentSetup) {
    const { hostname, port, host } = new URL(setup.origin);
    const address = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80) };
    this.#setup = setup;
    this.#requests = requestSource(setup.workload, setup.seed, setup, host);
    this.#connections = Array.from({ length: setup.connections }, () => new SocketConnection(address, this));
  }

  async connect(): Promise<{ firstUs: number; lastUs: number }> {
    const firstUs = nowUs();
    for (let from = 0; from < this.#connections.length; from += connectWave) {
      await Promise.all(this.#connections.slice(from, from + connectWave).map((connection) => connection.open())).catch((cause) => {
        throw new LoadError("connect-failed", `cannot open ${this.#setup.connections} connections to ${this.#setup.origin}: ${cause}`);
      });
    }
    return { firstUs, lastUs: nowUs() };
  }

  async measure(order: MeasureOrder): Promise<AgentMeasurement> {
    const setup = { connections: this.#connections, requests: this.#requests, timeoutUs: this.#setup.requestTimeoutMs * 1e3, order };
    this.#loop =
      order.point.kind === "closed-loop" ? new ClosedLoop(setup) : new OpenLoop(setup, this.#arrivals(order, order.point.offeredRatePerS));
    try {
      return await this.#loop.run();
    } finally {
      this.#loop = null;
    }
  }

  // Between load points a connection may be lost and come back; nobody needs to know.
  answered(connection: Connection, atUs: number): void {
    this.#loop?.answered(connection, atUs);
  }

  failed(connection: Connection, kind: FailureKind, atUs: number): void {
    this.#loop?.failed(connection, kind, atUs);
  }

  free(connection: Connection, atUs: number): void {
    this.#loop?.free(connection, atUs);
  }

  #arrivals(order: MeasureOrder, ratePerS: number): Float64Array {
    const { agent, agents, seed } = this.#setup;
    const durationUs = (order.leadInMs + order.durationMs) * 1e3;
    return poissonArrivals({ ratePerS, durationUs, agent, agents }, seededRandom(seed, `arrivals ${order.ordinal}`));
  }
}
