/** Who wants to know when a log has grown. */
export class Watchers {
  readonly #ofLog = new Map<string, Set<() => void>>();

  /** Calls back each time the log has grown, and when the store is closed, until the function that it returns is called. */
  add(organisation: string, onGrown: () => void): () => void {
    const watchers = this.#ofLog.get(organisation) ?? new Set();
    this.#ofLog.set(organisation, watchers);
    // An object of its own: the same function may be given twice.
    const watcher = () => onGrown();
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#ofLog.get(organisation) === watchers) {
        this.#ofLog.delete(organisation);
      }
    };
  }

  notify(organisation: string): void {
    for (const watcher of this.#ofLog.get(organisation) ?? []) watcher();
  }

  notifyAll(): void {
    for (const organisation of this.#ofLog.keys()) this.notify(organisation);
  }
}
