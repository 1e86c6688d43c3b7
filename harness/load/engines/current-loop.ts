/** Passes what happens on connections on to the loop that runs now. Between load points a loss is nobody's to hear of. */
import type { AgentMeasurement } from "../messages.ts";
import type { FailureKind } from "../recorder.ts";
import type { Requests } from "../requests.ts";
import { noCounts } from "../value-judge.ts";
import type { Connection, ConnectionOwner, Loop } from "./loop.ts";

export class CurrentLoop implements ConnectionOwner {
  readonly #judge: Requests["judge"];
  #loop: Loop | null = null;

  constructor({ judge }: Requests) {
    this.#judge = judge;
  }

  async run(loop: Loop): Promise<AgentMeasurement> {
    this.#loop = loop;
    try {
      const measurement = await loop.run();
      return { ...measurement, values: this.#judge?.takeCounts() ?? noCounts() };
    } finally {
      this.#loop = null;
    }
  }

  answered(connection: Connection, atUs: number): void {
    this.#judge?.answered(connection, atUs);
    this.#loop?.answered(connection, atUs);
  }

  failed(connection: Connection, kind: FailureKind, atUs: number): void {
    this.#loop?.failed(connection, kind, atUs);
  }

  free(connection: Connection, atUs: number): void {
    this.#loop?.free(connection, atUs);
  }
}
