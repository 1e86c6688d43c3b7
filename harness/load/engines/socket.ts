/**
 * Our engine, on node:net: prebuilt requests, a parser that keeps nothing, one request outstanding per connection, closed and
 * open loop.
 */
import { poissonArrivals, seededRandom } from "../../core/workload.ts";
import type { RequestTotals } from "../../core/measurement.ts";
import type { EngineSession } from "../engines.ts";
import type { AgentMeasurement, AgentSetup, MeasureOrder } from "../messages.ts";
import { prepareRequests, type Requests } from "../requests.ts";
import { ClosedLoop } from "./closed-loop.ts";
import { CurrentLoop } from "./current-loop.ts";
import { openInWaves } from "./open-in-waves.ts";
import { OpenLoop } from "./open-loop.ts";
import { SocketConnection } from "./socket-connection.ts";

export class SocketSession implements EngineSession {
  readonly #setup: AgentSetup;
  readonly #requests: Requests;
  readonly #connections: readonly SocketConnection[];
  readonly #loop: CurrentLoop;

  constructor(setup: AgentSetup) {
    const { hostname, port } = new URL(setup.origin);
    const address = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80), connectTimeoutMs: setup.requestTimeoutMs };
    this.#setup = setup;
    this.#requests = prepareRequests(setup);
    this.#loop = new CurrentLoop(this.#requests.ledger);
    this.#connections = Array.from({ length: setup.connections }, () => new SocketConnection(address, this.#loop));
  }

  totals(): RequestTotals {
    return this.#requests.ledger.totals();
  }

  connect(): Promise<{ firstUs: number; lastUs: number }> {
    return openInWaves(this.#connections, this.#setup.origin);
  }

  measure(order: MeasureOrder): Promise<AgentMeasurement> {
    const setup = { connections: this.#connections, requests: this.#requests, timeoutUs: this.#setup.requestTimeoutMs * 1e3, order };
    const { point } = order;
    const loop = point.kind === "closed-loop" ? new ClosedLoop(setup) : new OpenLoop(setup, this.#arrivals(order, point.offeredRatePerS));
    return this.#loop.run(loop, order);
  }

  #arrivals(order: MeasureOrder, ratePerS: number): Float64Array {
    const { agent, agents, seed } = this.#setup;
    const durationUs = (order.leadInMs + order.durationMs) * 1e3;
    return poissonArrivals({ ratePerS, durationUs, agent, agents }, seededRandom(seed, `arrivals ${order.ordinal}`));
  }
}
