import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AnnalsError } from '../core/errors.ts';
import type { AuditEvent, Draft } from '../core/event.ts';
import { hour, type Micros, parseInstant } from '../core/micros.ts';
import { rootOf } from '../integrity/frontier.ts';
import { leafHash } from '../integrity/hash.ts';
import { eventTexts, personalPaths } from '../integrity/personal.ts';
import type { Append, EventStore } from '../store/event-store.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import { erasePerson } from './erase-person.ts';
import { GroupCommit } from './group-commit.ts';
import { Sequencer } from './sequencing.ts';

const start = parseInstant('2026-06-20T08:00:00Z') as number;
const organisation = 'org-1';

interface Options {
  readonly store?: EventStore;
  readonly clock?: () => Micros;
  readonly maxWaitingEvents?: number;
}

function open({
  store = createMemoryStore(),
  clock = () => start,
  maxWaitingEvents,
}: Options = {}) {
  const random = (bytes: Uint8Array) => void randomFillSync(bytes);
  const sequencer = new Sequencer({ clock, random, personalPaths: () => personalPaths() });
  const ledger = new GroupCommit({
    store,
    sequencer,
    clock,
    ...(maxWaitingEvents !== undefined && { maxWaitingEvents }),
  });
  return { ledger, store };
}

async function eventsOf(store: EventStore, of = organisation): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for await (const batch of store.scan(of, { from: 0, to: Number.MAX_SAFE_INTEGER })) {
    events.push(...batch.map(({ body }) => JSON.parse(body) as AuditEvent));
  }
  return events;
}

/** Re-verifies the whole log: places, times and the tree, from what is stored and nothing else. */
async function verifyLog(store: EventStore, of = organisation): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  const leaves: Uint8Array[] = [];
  for await (const batch of store.scan(of, { from: 0, to: Number.MAX_SAFE_INTEGER })) {
    for (const { body, salt, sequence } of batch) {
      const event = JSON.parse(body) as AuditEvent;
      assert.equal(event.sequence, sequence);
      assert.equal(event.sequence, events.length);
      assert.ok(event.recordedAt > (events.at(-1)?.recordedAt ?? ''), 'recordedAt goes up');
      leaves.push(leafHash(eventTexts(event, salt, personalPaths()).leaf));
      events.push(event);
    }
  }
  const head = await store.head(of);
  assert.equal(head.size, events.length);
  assert.deepEqual(Buffer.from(head.root), Buffer.from(rootOf(leaves)));
  return events;
}

/** A store whose appends go wrong as the test says: before they reach the log, or after. */
function failing(
  store: EventStore,
  fail: (call: number) => 'before' | 'after' | undefined,
): EventStore {
  let call = 0;
  const append = async (appends: readonly Append[]) => {
    call += 1;
    const when = fail(call);
    if (when === 'before') throw new AnnalsError('internal', 'disk full');
    await store.append(appends);
    if (when === 'after') throw new AnnalsError('unavailable', 'the thread is gone');
  };
  return new Proxy(store, {
    get(target, property) {
      if (property === 'append') return append;
      const value = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('recording', () => {
  it('completes a draft, and its event has every field', async () => {
    const { ledger, store } = open();
    const draft = {
      eventID: 'evt-1',
      createdAt: '2026-06-20T09:00:00.25+02:00',
      action: 'DELETE',
      user: { name: 'Noor', email: 'noor@example.org' },
      context: { client_ip: '203.0.113.24', status: 404, headers: { Accept: '*/*' } },
      details: { n: 1.5, list: [null, true] },
    };
    const receipt = await ledger.record(organisation, [draft]);
    assert.deepEqual(receipt, {
      accepted: 1,
      duplicates: 0,
      firstSequence: 0,
      lastSequence: 0,
      checkpointSize: 1,
    });
    assert.deepEqual(await eventsOf(store), [
      {
        ...draft,
        createdAt: '2026-06-20T07:00:00.250000Z',
        organizationIdentity: organisation,
        outcome: 'failure',
        recordedAt: '2026-06-20T08:00:00.000000Z',
        sequence: 0,
      },
    ]);
    await verifyLog(store);
  });

  it('derives the outcome from error and status, and leaves it out when neither is there', async () => {
    const { ledger, store } = open();
    await ledger.record(organisation, [
      { action: 'a', context: { status: 399 } },
      { action: 'a', context: { status: 400 } },
      { action: 'a', error: 'no', context: { status: 200 } },
      { action: 'a', error: 'no', outcome: 'success' },
      { action: 'a' },
    ]);
    const outcomes = (await eventsOf(store)).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ['success', 'failure', 'failure', 'success', undefined]);
  });

  it('records strictly later each time, whatever the clock does', async () => {
    let now = start;
    const { ledger, store } = open({ clock: () => now });
    await ledger.record(organisation, [{ action: 'a' }, { action: 'b' }]);
    now -= hour;
    await ledger.record(organisation, [{ action: 'c' }]);
    await verifyLog(store);
  });

  it('shares one commit among requests that wait', async () => {
    const sizes: number[] = [];
    const store = createMemoryStore();
    const counting = new Proxy(store, {
      get(target, property) {
        if (property === 'append') {
          return (appends: readonly Append[]) => {
            sizes.push(appends.reduce((sum, { events }) => sum + events.length, 0));
            return store.append(appends);
          };
        }
        const value = Reflect.get(target, property);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { ledger } = open({ store: counting });
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => ledger.record(`org-${n % 3}`, [{ action: 'a' }])),
    );
    assert.deepEqual(sizes, [40]);
    for (let n = 0; n < 3; n += 1) await verifyLog(store, `org-${n}`);
  });
});

describe('repeating', () => {
  it('adds nothing when id and content are the same, even if the time was left to us', async () => {
    let now = start;
    const { ledger, store } = open({ clock: () => now });
    const drafts = [
      { eventID: 'a', action: 'x', user: { name: 'Noor' } },
      { eventID: 'b', action: 'y', createdAt: '2026-01-01T00:00:00Z' },
    ];
    await ledger.record(organisation, drafts);
    now += hour;
    const again = await ledger.record(organisation, [...drafts, { eventID: 'c', action: 'z' }]);
    assert.deepEqual(again, {
      accepted: 1,
      duplicates: 2,
      firstSequence: 0,
      lastSequence: 2,
      checkpointSize: 3,
    });
    assert.equal((await verifyLog(store)).length, 3);
  });

  it('records a draft that is twice in its request once', async () => {
    const { ledger, store } = open();
    const draft = { eventID: 'a', action: 'x' };
    const receipt = await ledger.record(organisation, [draft, draft]);
    assert.equal(receipt.accepted, 1);
    assert.equal(receipt.duplicates, 1);
    assert.equal((await verifyLog(store)).length, 1);
  });

  it('rejects the whole request when an id has other content, and names it', async () => {
    const { ledger, store } = open();
    await ledger.record(organisation, [{ eventID: 'a', action: 'x' }]);
    const refused = ledger.record(organisation, [
      { eventID: 'b', action: 'x' },
      { eventID: 'a', action: 'y' },
    ]);
    await assert.rejects(refused, (error: AnnalsError) => {
      assert.equal(error.code, 'conflict');
      assert.deepEqual(error.issues[0], {
        index: 1,
        field: 'eventID',
        message: 'the id a is taken by an event with other content',
      });
      return true;
    });
    assert.equal((await verifyLog(store)).length, 1);
  });

  it('keeps ids apart by organisation', async () => {
    const { ledger } = open();
    await ledger.record('org-1', [{ eventID: 'a', action: 'x' }]);
    assert.equal((await ledger.record('org-2', [{ eventID: 'a', action: 'y' }])).accepted, 1);
  });

  it('records the others of a group when one request contradicts the log', async () => {
    const { ledger, store } = open();
    await ledger.record(organisation, [{ eventID: 'a', action: 'x' }]);
    const results = await Promise.allSettled([
      ledger.record(organisation, [{ eventID: 'b', action: 'x' }]),
      ledger.record(organisation, [{ eventID: 'a', action: 'other' }]),
      ledger.record(organisation, [{ eventID: 'c', action: 'x' }]),
      ledger.record(organisation, [{ eventID: 'c', action: 'x' }]),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    assert.equal((await verifyLog(store)).length, 3);
  });
});

describe('repeating a draft whose event was erased', () => {
  const draft = {
    eventID: 'e-1',
    action: 'vault.open',
    userIdentity: 'u-1',
    user: { subject: 's', name: 'Noor' },
    context: { client_ip: '192.0.2.7', status: 200 },
  };
  const erased = async () => {
    const opened = open();
    await opened.ledger.record(organisation, [draft, { ...draft, eventID: 'e-2' }]);
    const person = {
      ...{ organisation, userIdentity: 'u-1', snapshot: 2 },
      paths: personalPaths(),
    };
    const counts = await erasePerson({ reader: opened.store, eraser: opened.store }, person);
    assert.deepEqual(counts, { events: 2, erased: 2, alreadyErased: 0 });
    await verifyLog(opened.store);
    return opened;
  };

  it('adds nothing when all but the personal fields is the same', async () => {
    const { ledger, store } = await erased();
    const forgotten = { ...draft, user: { subject: 's', name: 'Somebody' } };
    for (const repeated of [draft, forgotten]) {
      const receipt = await ledger.record(organisation, [repeated]);
      assert.deepEqual([receipt.accepted, receipt.duplicates], [0, 1]);
    }
    const [event] = await verifyLog(store);
    assert.deepEqual(event?.user, { subject: 's' });
    assert.deepEqual(event?.context, { status: 200 });
  });

  it('is a conflict when anything else differs', async () => {
    const { ledger } = await erased();
    const { user: _, context: __, ...impersonal } = draft;
    for (const other of [
      { ...draft, action: 'vault.read' },
      { ...draft, user: { subject: 't', name: 'Noor' } },
      impersonal,
    ]) {
      await assert.rejects(ledger.record(organisation, [other]), { code: 'conflict' });
    }
  });

  it('rejects to erase an event when what remains of it does not have the hash of its leaf', async () => {
    const { ledger, store } = open();
    await ledger.record(organisation, [draft]);
    const person = { organisation, userIdentity: 'u-1', snapshot: 1 };
    const paths = personalPaths(['user.name']);
    await assert.rejects(erasePerson({ reader: store, eraser: store }, { ...person, paths }), {
      code: 'corrupt',
      message: /^Cannot erase event 0 of org-1: /,
    });
    await verifyLog(store);
    assert.match((await store.get(organisation, 'e-1'))?.body ?? '', /Noor/);
  });
});

describe('rejecting', () => {
  it('names an event that is too large', async () => {
    const { ledger, store } = open();
    const drafts = [{ action: 'a' }, { action: 'a', details: { text: 'x'.repeat(65_536) } }];
    await assert.rejects(
      ledger.record(organisation, drafts),
      /event 1 has 6\d{4} bytes as canonical JSON, more than 65535/,
    );
    assert.equal((await store.head(organisation)).size, 0);
  });

  it('names an event whose leaf text is too large for a bundle of entries, although its body is not', async () => {
    const { ledger, store } = open();
    let refused = 0;
    for (let length = 65_000; length < 65_300; length += 1) {
      const details = { text: 'x'.repeat(length) };
      const draft = { action: 'a', details, user: { name: '' } };
      await ledger.record(organisation, [draft]).catch(({ code }: AnnalsError) => {
        assert.equal(code, 'invalid');
        refused += 1;
      });
    }
    let longest = 0;
    for await (const events of store.scan(organisation, { from: 0, to: 300 })) {
      for (const { body, salt } of events) {
        const { leaf } = eventTexts(JSON.parse(body), salt, personalPaths());
        longest = Math.max(longest, leaf.length);
      }
    }
    assert.ok(refused > 0 && longest > 65_400 && longest <= 65_535, `${longest}`);
  });

  it('rejects the name of another organisation', async () => {
    const { ledger } = open();
    const draft: Draft = { action: 'a', organizationIdentity: 'org-2' };
    await assert.rejects(ledger.record(organisation, [draft]), { code: 'invalid' });
  });

  it('tells producers to slow down when too many events wait', async () => {
    const { ledger } = open({ maxWaitingEvents: 10 });
    const eight = Array.from({ length: 8 }, () => ({ action: 'a' }));
    const first = ledger.record(organisation, eight);
    await assert.rejects(ledger.record(organisation, eight), { code: 'too-many-requests' });
    assert.equal((await first).accepted, 8);
    assert.equal((await ledger.record(organisation, eight)).accepted, 8);
  });

  it('keeps room for other logs, however much one sends, and lets them take turns', async () => {
    const { ledger, store } = open({ maxWaitingEvents: 10_000 });
    const batch = Array.from({ length: 1_000 }, () => ({ action: 'a' }));
    const order: string[] = [];
    const busy = Array.from({ length: 24 }, (_, index) =>
      ledger.record('busy', batch).then(
        () => order.push(`busy ${index}`),
        (error: { code: string }) => order.push(error.code),
      ),
    );
    const others = ['one', 'two', 'three', 'four', 'five'].flatMap((name) =>
      Array.from({ length: 4 }, async () => {
        await ledger.record(name, [{ action: 'a' }]);
        order.push(name);
      }),
    );
    assert.deepEqual(ledger.waitingOfLogs(2), [
      ['busy', 10_000],
      ['one', 4],
    ]);
    await Promise.all([...busy, ...others]);
    assert.deepEqual(ledger.waitingOfLogs(2), []);
    assert.equal(order.filter((name) => name === 'too-many-requests').length, 14);
    const lastOfOthers = order.lastIndexOf('five');
    const busyBefore = order.slice(0, lastOfOthers).filter((name) => name.startsWith('busy'));
    // A turn each for four requests of five logs: the others wait for as many requests of this one.
    assert.ok(busyBefore.length <= 4, order.join(' '));
    assert.equal((await verifyLog(store, 'one')).length, 4);
    assert.equal((await verifyLog(store, 'busy')).length, 10_000);
  });

  it('records what was accepted before it closes, then rejects', async () => {
    const { ledger, store } = open();
    const first = ledger.record(organisation, [{ action: 'a' }]);
    await ledger.close();
    assert.equal((await first).accepted, 1);
    await assert.rejects(ledger.record(organisation, [{ action: 'a' }]), { code: 'unavailable' });
    assert.equal((await verifyLog(store)).length, 1);
  });
});

describe('when the store fails', () => {
  it('continues from the real end of the log, for every kind and moment of failure', async () => {
    const plan = fc.array(fc.constantFrom(undefined, 'before' as const, 'after' as const), {
      minLength: 8,
      maxLength: 8,
    });
    const requests = fc.array(
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(plan, requests, async (failures, ids) => {
        const store = createMemoryStore();
        const { ledger } = open({ store: failing(store, (call) => failures[call - 1]) });
        const acknowledged = new Set<string>();
        const results = await Promise.all(
          ids.map(async (ofRequest, place) => {
            // Some arrive together and some later.
            if (place % 3 === 0) await new Promise(setImmediate);
            const drafts = ofRequest.map((id) => ({ eventID: `id-${id}`, action: 'a' }));
            try {
              await ledger.record(organisation, drafts);
              for (const { eventID } of drafts) acknowledged.add(eventID);
            } catch (error) {
              return error as AnnalsError;
            }
            return undefined;
          }),
        );
        for (const error of results) assert.notEqual(error?.code, 'conflict');
        const events = await verifyLog(store);
        const stored = events.map(({ eventID }) => eventID);
        assert.equal(new Set(stored).size, stored.length, 'nothing twice');
        for (const id of acknowledged) assert.ok(stored.includes(id), `${id} was acknowledged`);
      }),
      { numRuns: 100 },
    );
  });

  it('shares a log with another writer without a gap or a fork', async () => {
    const store = createMemoryStore();
    const writers = [open({ store }).ledger, open({ store }).ledger];
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, (_, n) =>
        writers[n % 2]!.record(organisation, [{ eventID: `id-${n}`, action: 'a' }]),
      ),
    );
    const recorded = results.filter(({ status }) => status === 'fulfilled').length;
    assert.equal((await verifyLog(store)).length, recorded);
    assert.equal(recorded, 60);
  });
});
