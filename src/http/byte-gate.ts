import { Turns } from '../core/turns.ts';

interface Waiting {
  readonly bytes: number;
  readonly start: () => void;
}

/**
 * Lets work begin while the bytes of all that is under way stay below a limit. Other work waits, and its owners take turns.
 * A piece of work that is larger than the limit goes alone.
 */
export class ByteGate {
  readonly #maxBytes: number;
  readonly #waiting = new Turns<Waiting>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  async run<T>(owner: string, bytes: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.add(owner, { bytes, start });
      this.#startNext();
    });
    try {
      return await work();
    } finally {
      this.#bytes -= bytes;
      this.#startNext();
    }
  }

  #startNext(): void {
    for (;;) {
      const next = this.#waiting.peek();
      if (next === undefined) return;
      if (this.#bytes > 0 && this.#bytes + next.bytes > this.#maxBytes) return;
      this.#waiting.take();
      this.#bytes += next.bytes;
      next.start();
    }
  }
}
