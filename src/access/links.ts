import type { Clock, Micros } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';
import type { Accounts } from './accounts.ts';
import { createIdAndSecret, findBySecret } from './id-and-secret.ts';
import { isValid, type LinkRecord } from './records.ts';
import type { Sessions } from './sessions.ts';

export interface LinksOptions {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly random: Random;
}

export interface CreatedLink {
  readonly link: LinkRecord;
  /** What the link has behind its `#`. It is nowhere else. */
  readonly token: string;
}

/** What is said of a link that is to be created. */
export type LinkDraft = Omit<
  LinkRecord,
  'id' | 'secretHash' | 'createdAt' | 'usedAt' | 'revokedAt'
>;

/** Links that one organisation may have at a time. */
export const maxLinks = 1_000;

/** The links that let people in, and what becomes of them. */
export class Links {
  readonly #options: LinksOptions;

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  /** A link that does not exist yet: `add` makes it one that works. */
  draw(draft: LinkDraft): CreatedLink {
    const { id, secretHash, text } = createIdAndSecret(this.#options.random);
    const createdAt = this.#options.clock();
    return { link: { ...draft, id, secretHash, createdAt }, token: `${draft.purpose}.${text}` };
  }

  /** Durable once resolved. Those that are of no use any more are removed. */
  async add(link: LinkRecord): Promise<void> {
    const { links } = this.#options.accounts.collections;
    const signedIn = this.#signedIn();
    const useless = [...links.values()].filter((one) => this.#isUseless(one, signedIn));
    await Promise.all([links.put(link), ...useless.map(({ id }) => links.remove(id))]);
  }

  /** The link of a token, also one that does not work any more. */
  find(token: string): LinkRecord | undefined {
    const { links } = this.#options.accounts.collections;
    const dot = token.indexOf('.');
    const link = findBySecret(token.slice(dot + 1), (id) => links.get(id));
    // What stands before the dot tells a page what to do with the link, and has to be true.
    return link?.purpose === token.slice(0, Math.max(0, dot)) ? link : undefined;
  }

  get(id: string): LinkRecord | undefined {
    return this.#options.accounts.collections.links.get(id);
  }

  /** Those of an organisation that can be opened, or whose sessions last, oldest first. */
  list(organisation: string): readonly LinkRecord[] {
    const signedIn = this.#signedIn();
    return [...this.#options.accounts.collections.links.values()]
      .filter((link) => link.organisation === organisation && this.#isAlive(link, signedIn))
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  /** Whether somebody may open it now. */
  opens(link: LinkRecord): boolean {
    const now = this.#options.clock();
    return isValid(link, now) && link.opensUntil > now && link.usedAt === undefined;
  }

  /**
   * Opens a link that `opens`. One that works once is used at the very call, so of two that open it at a time one comes
   * too late. Resolves once that is durable; on rejection it was not opened.
   */
  async open(link: LinkRecord): Promise<void> {
    if (link.purpose === 'share') return;
    const { clock, accounts } = this.#options;
    await accounts.collections.links.put({ ...link, usedAt: clock() });
  }

  /** Gives an opened link back, when what it was opened for could not be done. */
  async giveBack({ id }: LinkRecord): Promise<void> {
    const { links } = this.#options.accounts.collections;
    const link = links.get(id);
    if (link === undefined) return;
    const { usedAt: _, ...unused } = link;
    await links.put(unused);
  }

  /** It holds at once, with its sessions, as `Collection.end` says. */
  async revoke(link: LinkRecord, at: Micros): Promise<void> {
    const { links } = this.#options.accounts.collections;
    await links.end({ ...(links.get(link.id) ?? link), revokedAt: link.revokedAt ?? at });
  }

  /** @param signedIn the accounts with sessions */
  #isAlive(link: LinkRecord, signedIn: ReadonlySet<string>): boolean {
    if (!isValid(link, this.#options.clock())) return false;
    return this.opens(link) || signedIn.has(link.id);
  }

  /** One whose sessions may have created something stays, so that this can be found through it. */
  #isUseless(link: LinkRecord, signedIn: ReadonlySet<string>): boolean {
    const { usedAt, purpose, role } = link;
    const mayHaveCreated = usedAt !== undefined && purpose === 'sign-in' && role !== 'org-auditor';
    return !mayHaveCreated && !this.#isAlive(link, signedIn);
  }

  /** Ids of the accounts with sessions. Looked up once for all links: there may be many of both. */
  #signedIn(): ReadonlySet<string> {
    return new Set(this.#options.sessions.list().map(({ account }) => account));
  }
}
