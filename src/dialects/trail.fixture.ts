import { randomFillSync } from 'node:crypto';
import type { Hono } from 'hono';
import { AccessTokens } from '../access/access-token.ts';
import type { Caller } from '../access/caller.ts';
import { Gate } from '../access/gate.ts';
import { formatKey, hashSecret, makeKey } from '../access/key.ts';
import { MemoryDirectory } from '../access/memory-directory.ts';
import type { Permission, Role } from '../access/roles.ts';
import type { Draft } from '../core/event.ts';
import type { Micros } from '../core/micros.ts';
import { Frontier } from '../integrity/frontier.ts';
import { personalPaths } from '../integrity/personal.ts';
import { GroupCommit } from '../ledger/group-commit.ts';
import { Sealing } from '../ledger/sealing.ts';
import { EventColumns } from '../store/event-columns.ts';
import type { EventReader } from '../store/event-store.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import type { DialectParts, DialectServer } from './dialect.ts';

const random = (bytes: Uint8Array) => void randomFillSync(bytes);

/** A trail in memory with the real ledger and gate, for the tests of dialect servers. */
export class TestTrail {
  readonly store = createMemoryStore();
  /** What the parts were told: reads of the trail, and failures. */
  readonly reads: { action: string; facts: Record<string, unknown> }[] = [];
  readonly faults: unknown[] = [];
  now: Micros = Date.parse('2026-06-20T12:00:00Z') * 1_000;
  readonly #clock = () => this.now;
  readonly #directory = new MemoryDirectory();
  readonly #sealing = new Sealing({ clock: this.#clock, random, personal: () => personalPaths() });
  readonly #ledger = new GroupCommit({
    store: this.store,
    sealing: this.#sealing,
    clock: this.#clock,
  });
  readonly #gate = new Gate({
    directory: this.#directory,
    tokens: new AccessTokens(new Uint8Array(32)),
    clock: this.#clock,
    onRefused: () => {},
  });

  readonly parts: DialectParts = {
    reader: this.store,
    clock: this.#clock,
    admit: (request, permission) => this.#admit(request, permission),
    noteRead: (_caller, action, facts) => void this.reads.push({ action, facts }),
    noteFault: (fault) => void this.faults.push(fault),
  };

  /** A key of an organisation, which is made if there is none; the whole key as text. */
  key(role: Role, organisation = 'org-a'): string {
    if (this.#directory.organisation(organisation) === undefined) {
      const slug = organisation.replace('org-', '');
      void this.#directory.addOrganisation({
        identity: organisation,
        slug,
        name: slug,
        createdAt: 0,
      });
    }
    const key = makeKey(random);
    void this.#directory.addKey({
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
      this.#sealing.seal(prepared, head.size + index, recordedAt, events);
    }
    const nodes = frontier.append(events.from(0).leafHashes());
    await this.store.append([
      {
        organisation: 'org-a',
        expectedSize: head.size,
        events: events.from(0),
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

  serve(server: DialectServer, changes: Partial<DialectParts> = {}): Hono {
    return server({ ...this.parts, ...changes });
  }

  /** The store as a reader that does some things otherwise. */
  readerWith(changes: Partial<EventReader>): EventReader {
    const { store } = this;
    return {
      head: (...args) => store.head(...args),
      get: (...args) => store.get(...args),
      list: (...args) => store.list(...args),
      count: (...args) => store.count(...args),
      scan: (...args) => store.scan(...args),
      listLines: (...args) => store.listLines(...args),
      sequenceAt: (...args) => store.sequenceAt(...args),
      distinct: (...args) => store.distinct(...args),
      treeNodes: (...args) => store.treeNodes(...args),
      dropped: (...args) => store.dropped(...args),
      until: () => this.readerWith(changes),
      ...changes,
    };
  }

  #admit(request: Request, permission: Permission): Caller {
    const principal = this.#gate.recognise(request);
    this.#gate.require(principal, permission, request);
    const { key, organisation } = principal;
    if (organisation === undefined) throw new Error('the test has no such organisation');
    return {
      keyId: key.id,
      keyName: key.name,
      role: key.role,
      organisation,
      clientIp: undefined,
      userAgent: undefined,
      method: request.method,
      path: new URL(request.url).pathname,
    };
  }
}
