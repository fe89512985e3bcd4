import { AnnalsError } from '../core/errors.ts';
import { type Clock, minute } from '../core/micros.ts';
import type { Organisation } from '../core/organisation.ts';
import type { AccessTokens } from './access-token.ts';
import { type Accounts, accountOf } from './accounts.ts';
import { readCredential } from './credential.ts';
import { GuessLimit } from './guess-limit.ts';
import { type ApiKey, hashSecret, isSecretOf } from './key.ts';
import type { Links } from './links.ts';
import { notAccepted, type RightAnswer } from './passkeys.ts';
import type { Account, LinkRecord, PersonRecord, SessionRecord } from './records.ts';
import { may, type Permission } from './roles.ts';
import { crossSiteProblem } from './same-origin.ts';
import { sessionToken } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';

/** Who a request is from, and the organisation that this account belongs to; the operator's belongs to none. */
export interface Principal {
  readonly account: Account;
  readonly organisation: Organisation | undefined;
  /** The session in which the request was made, if it came with a cookie and not with the key. */
  readonly session: SessionRecord | undefined;
}

/** Why a known account was denied: its organisation should know. */
export interface DeniedAccount {
  readonly account: Account;
  readonly reason: DenialReason;
}

export type DenialReason =
  | 'wrong secret'
  | 'revoked'
  | 'expired'
  | 'session over'
  | 'used before'
  | 'wrong passkey'
  | 'no permission'
  | 'request of another site';

export interface GateOptions {
  readonly accounts: Accounts;
  readonly tokens: AccessTokens;
  readonly sessions: Sessions;
  readonly links: Links;
  /** Where browsers reach the server, such as `https://audit.example`; any host if empty. */
  readonly publicOrigins?: readonly string[];
  readonly clock: Clock;
  /** Called each time an account that exists is denied, with the request it came with. Must not throw. */
  readonly onDenied: (denied: DeniedAccount, request: Request) => void;
  /** Called each time a credential belongs to no key. Must not throw. */
  readonly onUnknown?: (request: Request) => void;
  /** The address that a request came from, if it came over a network. */
  readonly addressOf: (request: Request) => string | undefined;
  /** Called each time an address has sent too many wrong credentials. Must not throw. */
  readonly onGuessing?: (address: string | undefined) => void;
  /** Called with the account of each request that is let in, also when it is checked again. May throw to turn it away. */
  readonly onAdmitted?: (account: Account, request: Request) => void;
}

const placeholderHash = hashSecret(
  'compared with when the id is unknown, so that both responses take as long',
);

/** By which gate a request was let in, with which account, and in which session. */
interface Admission {
  readonly gate: Gate;
  readonly accountId: string;
  readonly session: SessionRecord | undefined;
}

const admissions = new WeakMap<Request, Admission>();

/** The session in which a request was made that was let in, if it was one. */
export function sessionOf(request: Request): SessionRecord | undefined {
  return admissions.get(request)?.session;
}

/**
 * Throws `unauthenticated` when the account that let a request in was revoked or has expired since, or its session has
 * ended. To be called after every wait that lasts as long as the client likes: for a body, or for the reader of a long response. A request that
 * brought no key passes.
 */
export function checkKeyAgain(request: Request): void {
  const admission = admissions.get(request);
  admission?.gate.checkAgain(admission, request);
}

/** Decides who a credential belongs to and what it may do. A stranger learns nothing but that it is unknown. */
export class Gate {
  readonly #options: GateOptions;
  readonly #guesses: GuessLimit;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#guesses = new GuessLimit(options.clock);
  }

  /**
   * Throws `unauthenticated`, with the same sentence whatever is wrong with a key, and `too-many-requests` to an address
   * that has sent too many wrong ones.
   */
  authenticate(request: Request): Principal {
    const credential = readCredential(request.headers.get('authorization'));
    switch (credential.kind) {
      case 'none': {
        const token = sessionToken(request);
        if (token !== undefined) return this.#authenticateSession(token, request);
        throw new AnnalsError(
          'unauthenticated',
          'No credential: send a key as Authorization: Bearer annals_…, Token annals_…, or Basic id:secret',
        );
      }
      case 'unreadable':
        throw unknownCredential();
      case 'key':
        return this.authenticateKey(credential.key, request);
      case 'access-token':
        return this.#authenticateToken(credential.token, request);
    }
  }

  /** The same for a request that signs in: only a key itself is enough, so nothing lives longer than it was meant to. */
  authenticateSignIn(request: Request): Principal {
    const credential = readCredential(request.headers.get('authorization'));
    if (credential.kind === 'key') return this.authenticateKey(credential.key, request);
    if (credential.kind === 'unreadable') throw unknownCredential();
    throw new AnnalsError(
      'unauthenticated',
      'Cannot sign in: send a key as Authorization: Bearer annals_…',
    );
  }

  /**
   * The link of this token, if it may be opened now. Throws `unauthenticated`, with the same sentence whatever is wrong
   * with it, and `too-many-requests` as for a key.
   */
  authenticateLink(token: string, request: Request): LinkRecord {
    const address = this.#options.addressOf(request);
    const { links } = this.#options;
    const link = links.find(token);
    if (link === undefined) {
      // Only now, as for a cookie: whoever has a link is not kept out by others behind the same proxy.
      this.#guesses.check(address, wrongTokens);
      this.#unknown(address, wrongTokens, request);
      throw linkDoesNotOpen();
    }
    if (!links.opens(link)) {
      const ended = link.revokedAt === undefined ? 'expired' : 'revoked';
      this.#deny(link, link.usedAt === undefined ? ended : 'used before', request);
      throw linkDoesNotOpen();
    }
    return link;
  }

  /** Throws `unauthenticated` when a link that was opened has been revoked since. To be called after waits. */
  checkLinkAgain({ id }: LinkRecord, request: Request): void {
    const link = this.#options.links.get(id);
    if (link?.revokedAt === undefined) return;
    this.#deny(link, 'revoked', request);
    throw linkDoesNotOpen();
  }

  /** Throws `forbidden` for a request by which another site would sign a browser in. */
  refuseOtherSites(request: Request): void {
    const problem = this.#crossSiteProblem(request, false);
    if (problem === undefined) return;
    throw new AnnalsError('forbidden', `Not allowed to sign in: ${problem}`);
  }

  /**
   * The person whose passkey has answered. Throws `unauthenticated`, with the same sentence whatever is wrong, and
   * `too-many-requests` as for a key.
   *
   * @param verify throws `unauthenticated` when the answer is wrong
   */
  async authenticatePerson(
    person: PersonRecord | undefined,
    verify: (person: PersonRecord) => Promise<RightAnswer>,
    request: Request,
  ): Promise<RightAnswer> {
    const address = this.#options.addressOf(request);
    if (person === undefined) {
      this.#guesses.check(address, wrongTokens);
      this.#unknown(address, wrongTokens, request);
      throw notAccepted();
    }
    const answer = await verify(person).catch((error: unknown) => {
      if (error instanceof AnnalsError && error.code === 'unauthenticated') {
        this.#guesses.check(address, wrongTokens);
        this.#wrong(address, wrongTokens);
        this.#deny(person, 'wrong passkey', request);
      }
      throw error;
    });
    const { revokedAt } = accountOf(this.#options.accounts, person.id) ?? person;
    if (revokedAt === undefined) return answer;
    this.#deny(person, 'revoked', request);
    throw notAccepted();
  }

  /** The same for a key that is in another place than the header. */
  authenticateKey({ id, secret }: ApiKey, request: Request): Principal {
    const address = this.#options.addressOf(request);
    this.#guesses.check(address, id);
    const key = this.#options.accounts.key(id);
    const right = isSecretOf(secret, key?.secretHash ?? placeholderHash);
    if (key === undefined) throw this.#unknown(address, id, request);
    if (!right) {
      this.#wrong(address, id);
      throw this.#deny(key, 'wrong secret', request);
    }
    this.#guesses.right(address, id);
    return this.#checkValid(key, request);
  }

  /** Throws `unauthenticated` unless the account and the session of a request that was let in are still valid. */
  checkAgain(
    { accountId, session }: Pick<Admission, 'accountId' | 'session'>,
    request: Request,
  ): void {
    const { sessions, accounts } = this.#options;
    const account = accountOf(accounts, accountId);
    if (account === undefined) throw unknownCredential();
    if (session !== undefined) {
      if (sessions.get(session.id) === undefined) throw sessionHasEnded();
      if (sessions.isTooOld(session)) throw this.#endedSession(account, request);
    }
    this.#checkValid(account, request, session);
  }

  /** Throws `forbidden` when the account's role does not include the permission. */
  authorize({ account }: Principal, permission: Permission, request: Request): void {
    if (may(account.role, permission)) return;
    this.#options.onDenied({ account, reason: 'no permission' }, request);
    throw new AnnalsError(
      'forbidden',
      `Not allowed: this needs ${permission}, which the role ${account.role} does not have`,
    );
  }

  #authenticateToken(text: string, request: Request): Principal {
    const address = this.#options.addressOf(request);
    this.#guesses.check(address, wrongTokens);
    const token = this.#options.tokens.read(text);
    const key = token && this.#options.accounts.key(token.keyId);
    if (token === undefined || key === undefined) {
      throw this.#unknown(address, wrongTokens, request);
    }
    const now = this.#options.clock();
    // A token from the future was issued before the clock was set back. A small correction does no harm.
    if (token.expiresAt <= now || token.issuedAt > now + minute) {
      throw this.#deny(key, 'expired', request);
    }
    return this.#checkValid(key, request);
  }

  #authenticateSession(token: string, request: Request): Principal {
    const address = this.#options.addressOf(request);
    const { sessions, accounts } = this.#options;
    const session = sessions.find(token);
    if (session === undefined) {
      // Whoever has signed in is not kept out by somebody who guesses behind the same proxy: a cookie cannot be guessed.
      this.#guesses.check(address, wrongTokens);
      this.#unknown(address, wrongTokens, request);
      throw sessionHasEnded();
    }
    const account = accountOf(accounts, session.account);
    if (account === undefined) throw sessionHasEnded();
    const problem = this.#crossSiteProblem(request, true);
    if (problem !== undefined) {
      this.#deny(account, 'request of another site', request);
      throw new AnnalsError('forbidden', `Not allowed with the cookie of a session: ${problem}`);
    }
    // Of an account that is not valid any more the organisation learns that, and not that a session is over.
    const principal = this.#checkValid(account, request, session);
    if (sessions.isOver(session)) throw this.#endedSession(account, request);
    sessions.use(session);
    return principal;
  }

  #crossSiteProblem(request: Request, fromBrowser: boolean): string | undefined {
    return crossSiteProblem(request, fromBrowser, this.#options.publicOrigins ?? []);
  }

  #endedSession(account: Account, request: Request): AnnalsError {
    this.#deny(account, 'session over', request);
    return sessionHasEnded();
  }

  #checkValid(account: Account, request: Request, session?: SessionRecord): Principal {
    if (account.revokedAt !== undefined) throw this.#deny(account, 'revoked', request);
    if (account.expiresAt !== undefined && account.expiresAt <= this.#options.clock()) {
      throw this.#deny(account, 'expired', request);
    }
    admissions.set(request, { gate: this, accountId: account.id, session });
    this.#options.onAdmitted?.(account, request);
    const { organisation } = account;
    return {
      account,
      organisation:
        organisation === undefined ? undefined : this.#options.accounts.organisation(organisation),
      session,
    };
  }

  #unknown(address: string | undefined, keyId: string, request: Request): AnnalsError {
    this.#options.onUnknown?.(request);
    return this.#wrong(address, keyId);
  }

  #wrong(address: string | undefined, keyId: string): AnnalsError {
    if (this.#guesses.wrong(address, keyId)) this.#options.onGuessing?.(address);
    return unknownCredential();
  }

  #deny(account: Account, reason: DenialReason, request: Request): AnnalsError {
    this.#options.onDenied({ account, reason }, request);
    return unknownCredential();
  }
}

/** In place of a key's id, which nobody knows of a wrong token. No key has it. */
const wrongTokens = '';

function linkDoesNotOpen(): AnnalsError {
  return new AnnalsError(
    'unauthenticated',
    'This link does not open anything: it is unknown, used, revoked or expired. Ask for another one',
  );
}

function sessionHasEnded(): AnnalsError {
  return new AnnalsError('unauthenticated', 'The session is unknown or has ended: sign in again');
}

function unknownCredential(): AnnalsError {
  return new AnnalsError('unauthenticated', 'The credential is unknown, revoked or expired');
}
