/** Free connections, the longest free first, so that an open loop uses all of them and not a warm few. */
import type { Connection } from "./loop.ts";

export class FreeConnections {
  readonly #ring: (Connection | undefined)[];
  #first = 0;
  #count = 0;

  constructor(connections: readonly Connection[]) {
    this.#ring = Array.from({ length: connections.length }, () => undefined);
    for (const connection of connections) {
      connection.queued = false;
      if (connection.isFree) this.add(connection);
    }
  }

  add(connection: Connection): void {
    if (connection.queued) return; // lost and reopened while it stood here
    connection.queued = true;
    this.#ring[(this.#first + this.#count++) % this.#ring.length] = connection;
  }

  take(): Connection | undefined {
    while (this.#count > 0) {
      const connection = this.#ring[this.#first];
      this.#first = (this.#first + 1) % this.#ring.length;
      this.#count--;
      if (connection === undefined) continue;
      connection.queued = false;
      if (connection.isFree) return connection;
    }
    return undefined;
  }
}
