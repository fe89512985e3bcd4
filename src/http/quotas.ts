import type { Caller } from '../access/caller.ts';
import { AnnalsError } from '../core/errors.ts';
import { type Clock, day, second } from '../core/micros.ts';

/** What may be recorded. 0 is any number. */
export interface QuotaLimits {
  readonly keyEventsPerSecond: number;
  readonly organisationEventsPerSecond: number;
  readonly keyBytesPerDay: number;
  readonly organisationBytesPerDay: number;
}

interface Quota {
  /** Completes the sentence "Cannot record: …". */
  readonly message: string;
  readonly ownerOf: (caller: Caller) => string;
  readonly unit: 'events' | 'bytes';
  readonly perMicro: number;
  /** What may be used at once after a rest: that of a second, or of a day. */
  readonly most: number;
  readonly accounts: Map<string, { left: number; at: number }>;
}

/**
 * How many events in a second, and how many bytes in a day, each key and each organisation may record. What was not used
 * comes back evenly, up to the whole of it. A request is let in while something is left, whatever it needs, and the next
 * ones wait for it. A restart forgets what was used.
 */
export class Quotas {
  readonly #clock: Clock;
  readonly #quotas: readonly Quota[];

  constructor(limits: QuotaLimits, clock: Clock) {
    this.#clock = clock;
    const ofKey = ({ keyId }: Caller) => keyId;
    const ofLog = ({ organisation }: Caller) => organisation.identity;
    const quota = (
      name: string,
      ownerOf: Quota['ownerOf'],
      unit: Quota['unit'],
      most: number,
      span: number,
    ): Quota[] => {
      if (most === 0) return [];
      const message = `this ${name} may record ${most} ${unit} a ${span === day ? 'day' : 'second'}`;
      return [{ message, ownerOf, unit, most, perMicro: most / span, accounts: new Map() }];
    };
    this.#quotas = [
      ...quota('key', ofKey, 'events', limits.keyEventsPerSecond, second),
      ...quota('key', ofKey, 'bytes', limits.keyBytesPerDay, day),
      ...quota('organisation', ofLog, 'events', limits.organisationEventsPerSecond, second),
      ...quota('organisation', ofLog, 'bytes', limits.organisationBytesPerDay, day),
    ];
  }

  /** To be called before a body is read. Throws `too-many-requests` when a quota is used up. */
  check(caller: Caller): void {
    for (const quota of this.#quotas) {
      const { left } = this.#account(quota, caller);
      if (left > 0) continue;
      const retryAfterSeconds = Math.floor(-left / quota.perMicro / second) + 1;
      throw new AnnalsError(
        'too-many-requests',
        `Cannot record: ${quota.message}; try again in ${retryAfterSeconds} s`,
        { retryAfterSeconds },
      );
    }
  }

  /** Counts what a caller has recorded. */
  use(caller: Caller, used: { readonly events: number; readonly bytes: number }): void {
    for (const quota of this.#quotas) this.#account(quota, caller).left -= used[quota.unit];
  }

  #account({ ownerOf, accounts, most, perMicro }: Quota, caller: Caller) {
    const owner = ownerOf(caller);
    const now = this.#clock();
    const account = accounts.get(owner) ?? { left: most, at: now };
    accounts.set(owner, account);
    // A clock that is set back gives nothing.
    account.left = Math.min(most, account.left + Math.max(0, now - account.at) * perMicro);
    account.at = now;
    return account;
  }
}
