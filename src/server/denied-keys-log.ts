import type { Logger } from 'pino';
import type { DeniedKey } from '../access/gate.ts';

/**
 * Tells the operator's log of known keys that were denied: the first time at once, then how often since, whenever it is
 * flushed. A client that goes on with a revoked key does not fill the disk with lines.
 */
export class DeniedKeysLog {
  readonly #log: Logger;
  readonly #repeated = new Map<string, { readonly denied: DeniedKey; times: number }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  add(denied: DeniedKey): void {
    const { key, reason } = denied;
    const name = `${key.id} ${reason}`;
    const known = this.#repeated.get(name);
    if (known !== undefined) {
      known.times += 1;
      return;
    }
    this.#repeated.set(name, { denied, times: 0 });
    this.#log.warn({ key: key.id, reason }, 'a key was denied');
  }

  /** Logs what was repeated since the last call. */
  flush(): void {
    for (const [name, entry] of this.#repeated) {
      const { denied, times } = entry;
      if (times === 0) {
        this.#repeated.delete(name);
        continue;
      }
      this.#log.warn(
        { key: denied.key.id, reason: denied.reason, times },
        'a key was denied again',
      );
      entry.times = 0;
    }
  }
}
