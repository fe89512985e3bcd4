/** A queue in which owners take turns: the oldest item of one, then the oldest of the next. Each owner's items stay in order. */
export class Turns<T> {
  /** Nobody's queue is empty. The owner whose turn it is comes first. */
  readonly #queues = new Map<string, T[]>();

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  add(owner: string, item: T): void {
    const queue = this.#queues.get(owner);
    if (queue === undefined) this.#queues.set(owner, [item]);
    else queue.push(item);
  }

  /** The item that `take` would take. */
  peek(): T | undefined {
    const [queue] = this.#queues.values();
    return queue?.[0];
  }

  /** Removes the next item. Its owner's turn comes again after everybody else's. */
  take(): T | undefined {
    const [next] = this.#queues;
    if (next === undefined) return undefined;
    const [owner, queue] = next;
    const item = queue.shift();
    this.#queues.delete(owner);
    if (queue.length > 0) this.#queues.set(owner, queue);
    return item;
  }

  /** Puts an item before all others of its owner, for that owner's next turn. */
  putBack(owner: string, item: T): void {
    const queue = this.#queues.get(owner);
    if (queue === undefined) this.#queues.set(owner, [item]);
    else queue.unshift(item);
  }
}
