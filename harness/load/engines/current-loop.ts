/** Passes what happens on connections on to the loop that runs now. Between load points a loss is nobody's to hear of. */
import type { AgentMeasurement, MeasureOrder } from "../messages.ts";
import type { NotOpened } from "../recorder.ts";
import type { Ledger } from "../ledger.ts";
import type { Connection, ConnectionOwner, Loop, LossKind } from "./loop.ts";

export class CurrentLoop implements ConnectionOwner {
  readonly #ledger: Ledger;
  #loop: Loop | null = null;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async run(loop: Loop, order: MeasureOrder): Promise<AgentMeasurement> {
    this.#ledger.begin(order);
    this.#loop = loop;
    try {
      const measurement = await loop.run();
      return { ...measurement, ...this.#ledger.end() };
    } finally {
      this.#loop = null;
    }
  }

  answered(connection: Connection, atUs: number): void {
    this.#ledger.answered(connection, atUs);
    this.#loop?.answered(connection, atUs);
  }

  failed(connection: Connection, kind: LossKind, atUs: number): void {
    this.#loop?.failed(connection, kind, atUs);
  }

  notOpened(kind: NotOpened, atUs: number): void {
    this.#loop?.notOpened(kind, atUs);
  }

  free(connection: Connection, atUs: number): void {
    this.#loop?.free(connection, atUs);
  }
}
