import type { Caller } from '../access/caller.ts';
import { AnnalsError } from '../core/errors.ts';
import { type Clock, day, type Micros, second } from '../core/micros.ts';

/** What may be recorded where a key or an organisation has no quotas of its own. 0 is any number. */
export interface QuotaLimits {
  readonly keyEventsPerSecond: number;
  readonly organisationEventsPerSecond: number;
  readonly keyBytesPerDay: number;
  readonly organisationBytesPerDay: number;
}

export interface QuotaKind {
  readonly owner: 'key' | 'organisation';
  readonly unit: 'events' | 'bytes';
}

interface Quota extends QuotaKind {
  readonly span: Micros;
  readonly ownerOf: (caller: Caller) => string;
  /** In one span; 0 for any number. */
  readonly limitOf: (caller: Caller) => number;
  readonly used: Map<string, Used>;
}

/** What an owner had used at a time; since then some of it has come back. */
interface Used {
  amount: number;
  at: Micros;
}

/**
 * How many events in a second, and how many bytes in a day, each key and each organisation may record. What was used
 * comes back evenly, all of it in one span. A request is let in while something is left, whatever it needs, and the next
 * ones wait for it. Quotas of a single key or organisation are read from the caller, so a change holds at once.
 */
export class Quotas {
  readonly #clock: Clock;
  readonly #onRefused: (kind: QuotaKind) => void;
  readonly #quotas: readonly Quota[];
  #isSaved = true;

  constructor(limits: QuotaLimits, clock: Clock, onRefused: (kind: QuotaKind) => void = () => {}) {
    this.#clock = clock;
    this.#onRefused = onRefused;
    const ofKey = { owner: 'key', ownerOf: ({ keyId }: Caller) => keyId } as const;
    const ofLog = {
      owner: 'organisation',
      ownerOf: ({ organisation }: Caller) => organisation.identity,
    } as const;
    const events = () => ({ unit: 'events', span: second, used: new Map() }) as const;
    const bytes = () => ({ unit: 'bytes', span: day, used: new Map() }) as const;
    this.#quotas = [
      {
        ...ofKey,
        ...events(),
        limitOf: ({ keyQuotas }) => keyQuotas?.eventsPerSecond ?? limits.keyEventsPerSecond,
      },
      {
        ...ofKey,
        ...bytes(),
        limitOf: ({ keyQuotas }) => keyQuotas?.bytesPerDay ?? limits.keyBytesPerDay,
      },
      {
        ...ofLog,
        ...events(),
        limitOf: ({ organisation: { quotas } }) =>
          quotas?.eventsPerSecond ?? limits.organisationEventsPerSecond,
      },
      {
        ...ofLog,
        ...bytes(),
        limitOf: ({ organisation: { quotas } }) =>
          quotas?.bytesPerDay ?? limits.organisationBytesPerDay,
      },
    ];
  }

  /** To be called before a body is read. Throws `too-many-requests` when a quota is used up. */
  check(caller: Caller): void {
    for (const quota of this.#quotas) {
      const limit = quota.limitOf(caller);
      if (limit === 0) continue;
      const tooMuch = this.#used(quota, caller, limit) - limit;
      if (tooMuch < 0) continue;
      const { owner, unit, span } = quota;
      this.#onRefused({ owner, unit });
      const retryAfterSeconds = Math.floor((tooMuch * span) / limit / second) + 1;
      throw new AnnalsError(
        'too-many-requests',
        `Cannot record: this ${owner} may record ${limit} ${unit} a ${span === day ? 'day' : 'second'}; try again in ${retryAfterSeconds} s`,
        { retryAfterSeconds },
      );
    }
  }

  /** Counts what a caller has recorded. */
  use(caller: Caller, recorded: { readonly events: number; readonly bytes: number }): void {
    const now = this.#clock();
    for (const quota of this.#quotas) {
      const limit = quota.limitOf(caller);
      if (limit === 0) continue;
      const amount = this.#used(quota, caller, limit) + recorded[quota.unit];
      quota.used.set(quota.ownerOf(caller), { amount, at: now });
      if (quota.unit === 'bytes') this.#isSaved = false;
    }
  }

  /** What was used of the quotas of a day, as text for `restore`; undefined if nothing was since the last call. */
  save(): string | undefined {
    if (this.#isSaved) return undefined;
    this.#isSaved = true;
    const yesterday = this.#clock() - day;
    const kept: SavedUse[] = [];
    for (const { owner, used } of this.#ofDays()) {
      for (const [id, { amount, at }] of used) {
        // All of it has come back.
        if (at < yesterday) used.delete(id);
        else kept.push([owner, id, amount, at]);
      }
    }
    return JSON.stringify(kept);
  }

  restore(saved: string): void {
    const uses = JSON.parse(saved) as readonly SavedUse[];
    for (const { owner, used } of this.#ofDays()) {
      for (const [of, id, amount, at] of uses) if (of === owner) used.set(id, { amount, at });
    }
  }

  #ofDays(): readonly Quota[] {
    return this.#quotas.filter(({ span }) => span === day);
  }

  /** What is used at the moment. */
  #used({ ownerOf, used, span }: Quota, caller: Caller, limit: number): number {
    const account = used.get(ownerOf(caller));
    if (account === undefined) return 0;
    const now = this.#clock();
    // A clock that is set back gives nothing back.
    const cameBack = (Math.max(0, now - account.at) * limit) / span;
    account.amount = Math.max(0, account.amount - cameBack);
    account.at = now;
    return account.amount;
  }
}

type SavedUse = readonly [owner: QuotaKind['owner'], id: string, amount: number, at: Micros];
