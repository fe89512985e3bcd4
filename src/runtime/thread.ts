import { type Transferable, Worker } from 'node:worker_threads';
import { AnnalsError, messageOf } from '../core/errors.ts';
import { endMessage, errorOf, type Message, type Reply } from './message.ts';
import type { Methods } from './serve-calls.ts';
import { transferList } from './transfer.ts';

/** The same methods, seen from another thread. */
export type Remote<M extends Methods> = {
  readonly [Name in keyof M]: (
    ...args: Parameters<M[Name]>
  ) => Promise<Awaited<ReturnType<M[Name]>>>;
};

/**
 * Short-lived objects are collected after a few megabytes: by default each thread lets some 50 MB of them pile up. What
 * that saves is in `docs/decisions/022-memory-policy.md`.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: AnnalsError) => void;
}

/**
 * A thread, and the calls on their way to it. Calls arrive in the order they were made. A call rejects with the thread's
 * own `AnnalsError` (anything else that the thread throws becomes `internal`). It rejects with `unavailable` when the
 * thread has ended, or ends before it answers: then it is unknown whether the call did anything.
 */
export class Thread<M extends Methods> {
  readonly call: Remote<M>;
  /** Resolves when the thread is gone, with the reason if it was not asked to. */
  readonly ended: Promise<AnnalsError | undefined>;
  readonly #worker: Worker;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #crash: unknown;
  #closing = false;
  #gone: AnnalsError | undefined;

  /** `module` calls `serveCalls`; see `siblingModule` for how to name it. */
  constructor(name: string, module: URL, workerData?: unknown) {
    this.#name = name;
    this.#worker = new Worker(module, { name, workerData, resourceLimits });
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => {
      this.#crash = error;
    });
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (code) => resolve(this.#settleAll(code)));
    });
    this.call = new Proxy({} as Remote<M>, {
      get: (_, method) => (typeof method === 'string' ? this.#caller(method) : undefined),
    });
  }

  /** Calls under way and not answered. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Ends the thread as soon as it is between two steps of its event loop. A call that takes one step is answered, a call
   * that waits for something is not. Resolves when the thread is gone. `Worker.terminate` is not used: it can end the
   * whole process when the thread is about to create a stream of zlib.
   */
  async end(): Promise<void> {
    this.#closing = true;
    this.#post(endMessage);
    await this.ended;
  }

  #caller(method: string) {
    return (...args: readonly unknown[]) =>
      new Promise((resolve, reject) => {
        if (this.#gone !== undefined) throw this.#gone;
        const id = this.#nextId++;
        // A value that cannot be cloned throws here and rejects this call alone.
        this.#post({ id, method, args }, transferList(args));
        this.#pending.set(id, { resolve, reject });
      });
  }

  #post(message: Message, transfers: readonly Transferable[] = []): void {
    this.#worker.postMessage(message, transfers);
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ('result' in reply) pending?.resolve(reply.result as never);
    else pending?.reject(errorOf(reply.failure));
  }

  #settleAll(exitCode: number): AnnalsError | undefined {
    const reason = this.#closing
      ? 'it was told to stop'
      : this.#crash === undefined
        ? `it ended with code ${exitCode}`
        : messageOf(this.#crash);
    this.#gone = new AnnalsError('unavailable', `The ${this.#name} thread is gone: ${reason}`, {
      cause: this.#crash,
    });
    for (const { reject } of this.#pending.values()) reject(this.#gone);
    this.#pending.clear();
    return this.#closing ? undefined : this.#gone;
  }
}

/**
 * The module beside the caller, for `new Thread`: `siblingModule(import.meta.url, './writer-thread')`. It has the
 * extension of the caller: a built package has JavaScript where this repository has TypeScript.
 */
export function siblingModule(caller: string, path: string): URL {
  return new URL(`${path}${caller.slice(caller.lastIndexOf('.'))}`, caller);
}
