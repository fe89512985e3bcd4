import type { Clock, Micros } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';
import { type Accounts, accountOf } from './accounts.ts';
import { createIdAndSecret, findBySecret } from './id-and-secret.ts';
import type { Account, SessionRecord } from './records.ts';

/** Where a sign-in came from. */
export interface SignInOrigin {
  readonly clientIp: string | undefined;
  readonly userAgent: string | undefined;
}

export interface SessionsOptions {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
  /** A session that is not used for so long has ended. */
  readonly idleMicros: Micros;
  /** A session ends when it is this old, however much it is used. */
  readonly maxMicros: Micros;
}

export interface CreatedSession {
  readonly session: SessionRecord;
  /** The value of the cookie. It is nowhere else. */
  readonly token: string;
}

/** Sessions that one account may have; with another one, the least recently used ends. */
const maxSessions = 100;

/** Signs in, and knows which sessions there are and how long they last. Sessions outlive a restart of the server. */
export class Sessions {
  readonly #options: SessionsOptions;
  /** When each session was used last, where that is not on the disk yet. */
  readonly #lastUsed = new Map<string, Micros>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** A session is valid once this resolves. Sessions that are over are removed first. */
  async create({ id: account }: Account, from: SignInOrigin): Promise<CreatedSession> {
    const { clock, random, accounts } = this.#options;
    await this.#makeRoom(account);
    const { id, secretHash, text } = createIdAndSecret(random);
    const session: SessionRecord = {
      id,
      secretHash,
      account,
      createdAt: clock(),
      lastUsedAt: clock(),
      ...(from.clientIp !== undefined && { clientIp: from.clientIp }),
      ...(from.userAgent !== undefined && { userAgent: from.userAgent.toWellFormed() }),
    };
    await accounts.collections.sessions.put(session);
    return { session, token: text };
  }

  /** The session of a cookie's value, also one that is over. Takes as long when there is none. */
  find(token: string): SessionRecord | undefined {
    return findBySecret(token, (id) => this.get(id));
  }

  get(id: string): SessionRecord | undefined {
    return this.#options.accounts.collections.sessions.get(id);
  }

  /** Those that are not over and whose account is still valid, oldest first. */
  list(): readonly SessionRecord[] {
    return [...this.#options.accounts.collections.sessions.values()]
      .filter((session) => !this.isOver(session))
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  /** To be called at each request of a session. */
  use(session: SessionRecord): void {
    const { clock, idleMicros, accounts } = this.#options;
    const now = clock();
    this.#lastUsed.set(session.id, now);
    if (now - session.lastUsedAt < idleMicros / 10) return;
    // Not waited for. If the disk does not take it, the next request tries again.
    void accounts.collections.sessions.put({ ...session, lastUsedAt: now }).catch(() => {});
  }

  /** It holds at once, as `Collection.remove` says. */
  async end(id: string): Promise<void> {
    this.#lastUsed.delete(id);
    await this.#options.accounts.collections.sessions.remove(id);
  }

  lastUsedAt({ id, lastUsedAt }: SessionRecord): Micros {
    return this.#lastUsed.get(id) ?? lastUsedAt;
  }

  idleExpiresAt(session: SessionRecord): Micros {
    return this.lastUsedAt(session) + this.#options.idleMicros;
  }

  /** When it ends however much it is used: no later than its account. */
  expiresAt({ createdAt, account }: SessionRecord): Micros {
    const { accounts, maxMicros } = this.#options;
    return Math.min(createdAt + maxMicros, accountOf(accounts, account)?.expiresAt ?? Infinity);
  }

  isOver(session: SessionRecord): boolean {
    return this.isTooOld(session) || this.idleExpiresAt(session) <= this.#options.clock();
  }

  /** Whether a response that is still being sent has to end: reading a long one is no idleness. */
  isTooOld(session: SessionRecord): boolean {
    const { accounts, clock } = this.#options;
    const account = accountOf(accounts, session.account);
    if (account === undefined || account.revokedAt !== undefined) return true;
    return this.expiresAt(session) <= clock();
  }

  async #makeRoom(account: string): Promise<void> {
    const { sessions } = this.#options.accounts.collections;
    const over = [...sessions.values()].filter((session) => this.isOver(session));
    const own = this.list().filter((session) => session.account === account);
    const leastUsed = own
      .sort((a, b) => this.lastUsedAt(a) - this.lastUsedAt(b))
      .slice(0, Math.max(0, own.length - maxSessions + 1));
    await Promise.all([...over, ...leastUsed].map(({ id }) => this.end(id)));
  }
}
