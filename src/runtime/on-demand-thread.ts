import { AnnalsError } from '../core/errors.ts';
import type { Methods } from './serve-calls.ts';
import type { Remote, Thread } from './thread.ts';

/**
 * A thread that exists while there is something for it to do. The first call starts it, and it ends when it has had no
 * calls for a while: a thread takes ten megabytes before it does anything, and keeps whatever it once needed. When it
 * dies, its calls fail as those of a `Thread` do, and the next call starts another. Calls arrive in the order they were
 * made. There are never two threads at a time.
 * What it saves is in `docs/decisions/022-memory-policy.md`.
 */
export class OnDemandThread<M extends Methods> {
  readonly call: Remote<M>;
  readonly #start: () => Thread<M>;
  readonly #idleMillis: number;
  #thread: Thread<M> | undefined;
  #pending = 0;
  #idle: NodeJS.Timeout | undefined;
  /** While a thread is ending. */
  #ending: Promise<void> | undefined;
  #closed = false;

  /** `idleMillis`: how long it stays without calls. With infinity it never ends by itself. */
  constructor(start: () => Thread<M>, idleMillis: number) {
    this.#start = start;
    this.#idleMillis = idleMillis;
    this.call = new Proxy({} as Remote<M>, {
      get: (_, method) => (typeof method === 'string' ? this.#caller(method) : undefined),
    });
  }

  /** The thread, while it exists. */
  get running(): Thread<M> | undefined {
    return this.#thread;
  }

  /** Calls made and not answered. */
  get pending(): number {
    return this.#pending;
  }

  /** Ends the thread, as `Thread.end` does; the next call starts another. Resolves when it is gone. */
  async end(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread !== undefined) {
      const ending = Promise.all([this.#ending, thread.end()]).then(() => {
        if (this.#ending === ending) this.#ending = undefined;
      });
      this.#ending = ending;
    }
    await this.#ending;
  }

  /** The same, and no other is started. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.end();
  }

  #caller(method: string) {
    return async (...args: readonly unknown[]): Promise<unknown> => {
      this.#pending += 1;
      clearTimeout(this.#idle);
      try {
        while (this.#ending !== undefined) await this.#ending;
        return await (
          this.#startedThread().call[method] as (...args: readonly unknown[]) => unknown
        )(...args);
      } finally {
        this.#pending -= 1;
        if (this.#pending === 0) this.#endOnceIdle();
      }
    };
  }

  #startedThread(): Thread<M> {
    if (this.#closed) throw new AnnalsError('unavailable', 'This thread was told to stop');
    if (this.#thread === undefined) {
      const thread = this.#start();
      this.#thread = thread;
      void thread.ended.then(() => {
        if (this.#thread === thread) this.#thread = undefined;
      });
    }
    return this.#thread;
  }

  #endOnceIdle(): void {
    if (this.#idleMillis === Number.POSITIVE_INFINITY) return;
    this.#idle = setTimeout(() => void this.end(), this.#idleMillis).unref();
  }
}
