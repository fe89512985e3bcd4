/** Lets many in while it is open. Whoever closes it can wait until the last has come out. */
export class Turnstile {
  #inside = 0;
  #opened = Promise.withResolvers<void>();
  #emptied = Promise.withResolvers<void>();
  #open = true;

  /** How many are inside. */
  get inside(): number {
    return this.#inside;
  }

  open(): void {
    this.#open = true;
    this.#opened.resolve();
  }

  /** Resolves when nobody is inside; those who come wait until it is opened again. */
  async close(): Promise<void> {
    this.#open = false;
    this.#opened = Promise.withResolvers();
    this.#emptied = Promise.withResolvers();
    if (this.#inside === 0) return;
    await this.#emptied.promise;
  }

  /** Does something inside, as soon as it is open. */
  async pass<T>(act: () => Promise<T>): Promise<T> {
    while (!this.#open) await this.#opened.promise;
    this.#inside += 1;
    try {
      return await act();
    } finally {
      this.#inside -= 1;
      if (this.#inside === 0) this.#emptied.resolve();
    }
  }
}
