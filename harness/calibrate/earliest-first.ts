/** A queue of things that have their time, the earliest first: a binary heap. */
export class EarliestFirst<T> {
  readonly #heap: { readonly atUs: number; readonly what: T }[] = [];

  /** The time of the first; Infinity when there is none. */
  get nextUs(): number {
    return this.#heap[0]?.atUs ?? Infinity;
  }

  add(atUs: number, what: T): void {
    const heap = this.#heap;
    const entry = { atUs, what };
    let place = heap.length;
    for (; place > 0; place = (place - 1) >> 1) {
      const parent = heap[(place - 1) >> 1];
      if (parent === undefined || parent.atUs <= atUs) break;
      heap[place] = parent;
    }
    heap[place] = entry;
  }

  take(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.what;
    let place = 0;
    for (;;) {
      const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
      const child = right !== undefined && left !== undefined && right.atUs < left.atUs ? right : left;
      if (child === undefined || child.atUs >= last.atUs) break;
      heap[place] = child;
      place = 2 * place + (child === left ? 1 : 2);
    }
    heap[place] = last;
    return first.what;
  }
}
