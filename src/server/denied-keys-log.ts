import type { Logger } from 'pino';
import type { DeniedAccount } from '../access/gate.ts';
import { accountKind } from '../access/records.ts';

/**
 * Tells the operator's log of known keys and links that were denied: the first time at once, then how often since, whenever it is
 * flushed. A client that goes on with a revoked key does not fill the disk with lines.
 */
export class DeniedKeysLog {
  readonly #log: Logger;
  readonly #repeated = new Map<string, { readonly denied: DeniedAccount; times: number }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  add(denied: DeniedAccount): void {
    const { account, reason } = denied;
    const name = `${account.id} ${reason}`;
    const known = this.#repeated.get(name);
    if (known !== undefined) {
      known.times += 1;
      return;
    }
    this.#repeated.set(name, { denied, times: 0 });
    const kind = accountKind(account);
    this.#log.warn({ [kind]: account.id, reason }, `a ${kind} was denied`);
  }

  /** Logs what was repeated since the last call. */
  flush(): void {
    for (const [name, entry] of this.#repeated) {
      const { denied, times } = entry;
      if (times === 0) {
        this.#repeated.delete(name);
        continue;
      }
      const { account, reason } = denied;
      const kind = accountKind(account);
      this.#log.warn({ [kind]: account.id, reason, times }, `a ${kind} was denied again`);
      entry.times = 0;
    }
  }
}
