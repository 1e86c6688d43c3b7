/** A circuit breaker: after some failures in a row calls are refused at once, but for one now and then that finds out. */

const failuresToOpen = 5;
const retryMs = 500;

export class Breaker {
  #failures = 0;
  #retryAtMs = 0;
  #now;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Whether a call may be made now. */
  allows() {
    if (this.#failures < failuresToOpen) return true;
    if (this.#now() < this.#retryAtMs) return false;
    this.#retryAtMs = this.#now() + retryMs;
    return true;
  }

  succeeded() {
    this.#failures = 0;
  }

  failed() {
    this.#failures++;
    if (this.#failures === failuresToOpen) this.#retryAtMs = this.#now() + retryMs;
  }
}
