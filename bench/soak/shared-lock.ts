/** A lock that many can share, or one can have alone. */
export class SharedLock {
  #sharing = 0;
  #unlocked = Promise.withResolvers<void>();
  #alone = Promise.withResolvers<void>();
  #isLocked = false;

  /** How many share it now. */
  get sharing(): number {
    return this.#sharing;
  }

  unlock(): void {
    this.#isLocked = false;
    this.#unlocked.resolve();
  }

  /** Resolves when nobody shares it any more. From now on `share` waits until it is unlocked. */
  async lock(): Promise<void> {
    this.#isLocked = true;
    this.#unlocked = Promise.withResolvers();
    this.#alone = Promise.withResolvers();
    if (this.#sharing === 0) return;
    await this.#alone.promise;
  }

  /** Runs something while sharing the lock. */
  async share<T>(run: () => Promise<T>): Promise<T> {
    while (this.#isLocked) await this.#unlocked.promise;
    this.#sharing += 1;
    try {
      return await run();
    } finally {
      this.#sharing -= 1;
      if (this.#sharing === 0) this.#alone.resolve();
    }
  }
}
