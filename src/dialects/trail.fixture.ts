import { randomFillSync } from 'node:crypto';
import type { Hono } from 'hono';
import { AccessTokens } from '../access/access-token.ts';
import type { Caller } from '../access/caller.ts';
import { Gate } from '../access/gate.ts';
import { createApiKey, formatKey, hashSecret } from '../access/key.ts';
import { Links } from '../access/links.ts';
import { MemoryAccounts } from '../access/memory-accounts.ts';
import type { Permission, Role } from '../access/roles.ts';
import { Sessions } from '../access/sessions.ts';
import type { Draft } from '../core/event.ts';
import { hour, type Micros, minute } from '../core/micros.ts';
import type { HttpEnv } from '../http/env.ts';
import { Frontier } from '../integrity/frontier.ts';
import { personalPaths } from '../integrity/personal.ts';
import { GroupCommit } from '../ledger/group-commit.ts';
import { Sequencer } from '../ledger/sequencing.ts';
import { EventColumns } from '../store/event-columns.ts';
import type { EventReader } from '../store/event-store.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import type { DialectDependencies, DialectServer } from './dialect.ts';

const random = (bytes: Uint8Array) => void randomFillSync(bytes);

/** A trail in memory with the real ledger and gate, for the tests of dialect servers. */
export class TestTrail {
  readonly store = createMemoryStore();
  /** What the dependencies were called with: reads of the trail, and failures. */
  readonly reads: { action: string; facts: Record<string, unknown> }[] = [];
  readonly faults: unknown[] = [];
  now: Micros = Date.parse('2026-06-20T12:00:00Z') * 1_000;
  readonly #clock = () => this.now;
  readonly #accounts = new MemoryAccounts();
  readonly #sealing = new Sequencer({
    clock: this.#clock,
    random,
    personalPaths: () => personalPaths(),
  });
  readonly #ledger = new GroupCommit({
    store: this.store,
    sequencer: this.#sealing,
    clock: this.#clock,
  });
  readonly #sessions = new Sessions({
    accounts: this.#accounts,
    clock: this.#clock,
    random,
    idleMicros: 30 * minute,
    maxMicros: 12 * hour,
  });
  readonly #gate = new Gate({
    accounts: this.#accounts,
    tokens: new AccessTokens({ secret: new Uint8Array(32), audience: 'annals.test' }),
    sessions: this.#sessions,
    links: new Links({
      accounts: this.#accounts,
      sessions: this.#sessions,
      clock: this.#clock,
      random,
    }),
    clock: this.#clock,
    addressOf: () => undefined,
    onDenied: () => {},
  });

  readonly dependencies: DialectDependencies = {
    reader: this.store,
    clock: this.#clock,
    admit: (request, permission) => this.#admit(request, permission),
    recordRead: async (_caller, action, facts) => void this.reads.push({ action, facts }),
    reportFault: (fault) => void this.faults.push(fault),
  };

  /** A key of an organisation, which is created if it does not exist; the whole key as text. */
  key(role: Role, organisation = 'org-a'): string {
    if (this.#accounts.organisation(organisation) === undefined) {
      const slug = organisation.replace('org-', '');
      void this.#accounts.addOrganisation({
        identity: organisation,
        slug,
        name: slug,
        createdAt: 0,
      });
    }
    const key = createApiKey(random);
    void this.#accounts.addKey({
      id: key.id,
      organisation,
      role,
      name: `${role} of ${organisation}`,
      secretHash: hashSecret(key.secret),
      createdAt: 0,
    });
    return formatKey(key);
  }

  async record(drafts: readonly Draft[], organisation = 'org-a'): Promise<void> {
    await this.#ledger.record(organisation, drafts);
  }

  /** Puts events into the store past the ledger, which would not give two the same time of recording. */
  async recordAt(recordedAt: Micros, drafts: readonly Draft[]): Promise<void> {
    const head = await this.store.head('org-a');
    const frontier =
      head.size === 0 ? new Frontier() : Frontier.fromBytes(head.size, head.frontier);
    const events = new EventColumns();
    for (const [index, draft] of drafts.entries()) {
      const prepared = this.#sealing.prepare('org-a', draft);
      this.#sealing.sequence(prepared, head.size + index, recordedAt, events);
    }
    const nodes = frontier.append(events.rangeFrom(0).leafHashes());
    await this.store.append([
      {
        organisation: 'org-a',
        expectedSize: head.size,
        events: events.rangeFrom(0),
        head: {
          size: frontier.size,
          root: frontier.root(),
          frontier: frontier.toBytes(),
          recordedAt,
        },
        nodes,
      },
    ]);
  }

  serve(server: DialectServer, changes: Partial<DialectDependencies> = {}): Hono<HttpEnv> {
    return server({ ...this.dependencies, ...changes });
  }

  /** The store as a reader with some methods replaced. */
  readerWith(changes: Partial<EventReader>): EventReader {
    const { store } = this;
    return {
      head: (...args) => store.head(...args),
      get: (...args) => store.get(...args),
      list: (...args) => store.list(...args),
      count: (...args) => store.count(...args),
      scan: (...args) => store.scan(...args),
      listLines: (...args) => store.listLines(...args),
      countedLines: (...args) => store.countedLines(...args),
      sequenceAt: (...args) => store.sequenceAt(...args),
      histogram: (...args) => store.histogram(...args),
      distinct: (...args) => store.distinct(...args),
      facetCounts: (...args) => store.facetCounts(...args),
      treeNodes: (...args) => store.treeNodes(...args),
      dropped: (...args) => store.dropped(...args),
      watch: (...args) => store.watch(...args),
      withSignal: () => this.readerWith(changes),
      ...changes,
    };
  }

  #admit(request: Request, permission: Permission): Caller {
    const principal = this.#gate.authenticate(request);
    this.#gate.authorize(principal, permission, request);
    const { account, organisation } = principal;
    if (organisation === undefined) throw new Error('the test has no such organisation');
    return {
      keyId: account.id,
      keyName: account.name,
      role: account.role,
      organisation,
      clientIp: undefined,
      userAgent: undefined,
      method: request.method,
      path: new URL(request.url).pathname,
    };
  }
}
