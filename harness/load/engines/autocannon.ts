/**
 * autocannon 9.0.0 as a second witness: its client opens, writes, parses and times (the float of its `response` event,
 * into our histogram); what is sent and counted is ours, as is the pace. Its rate mode is no open loop, so it has none.
 *
 * The client is bent where it would measure wrongly, through methods that are not documented, hence the pinned version
 * and the tests: it opens in waves and says nothing before a load point begins (_connect, _doRequest), sends the stream's
 * requests (getRequestBuffer), and times out by our sweep (its own timer never reaches a histogram).
 */
import autocannon from "autocannon";
import type { RequestTotals } from "../../core/measurement.ts";
import type { EngineSession } from "../engines.ts";
import { LoadError } from "../errors.ts";
import type { AgentMeasurement, AgentSetup, MeasureOrder } from "../messages.ts";
import { prepareRequests, type Requests } from "../requests.ts";
import { AutocannonConnection, type BentClient } from "./autocannon-connection.ts";
import { ClosedLoop } from "./closed-loop.ts";
import { CurrentLoop } from "./current-loop.ts";
import { openInWaves } from "./open-in-waves.ts";

/** autocannon is to stop when its agent does, not before; in s, as it wants it. */
const neverS = 86_400;

export class AutocannonSession implements EngineSession {
  readonly #setup: AgentSetup;
  readonly #requests: Requests;
  readonly #connections: AutocannonConnection[] = [];
  readonly #loop: CurrentLoop;

  constructor(setup: AgentSetup) {
    this.#setup = setup;
    this.#requests = prepareRequests(setup);
    this.#loop = new CurrentLoop(this.#requests.ledger);
  }

  totals(): RequestTotals {
    return this.#requests.ledger.totals();
  }

  async connect(): Promise<{ firstUs: number; lastUs: number }> {
    const { connections, origin, requestTimeoutMs } = this.#setup;
    const options: autocannon.Options = {
      url: origin,
      connections,
      duration: neverS,
      timeout: neverS,
      setupClient: (client) =>
        this.#connections.push(new AutocannonConnection(client as unknown as BentClient, this.#loop, requestTimeoutMs)),
    };
    // Given a callback it starts at once; it would be called when the run ends, which it does not.
    autocannon(options, () => {});
    return openInWaves(this.#connections, origin);
  }

  async measure(order: MeasureOrder): Promise<AgentMeasurement> {
    if (order.point.kind === "open-loop") {
      throw new LoadError(
        "open-loop-unsupported",
        "autocannon sends the quota of a second back to back and drops what it missed: that is no open loop",
      );
    }
    const timeoutUs = this.#setup.requestTimeoutMs * 1e3;
    return this.#loop.run(new ClosedLoop({ connections: this.#connections, requests: this.#requests, timeoutUs, order }), order);
  }
}
