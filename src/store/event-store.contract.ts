import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { facets } from '../core/facets.ts';
import type { Filter } from '../core/filter.ts';
import { minute } from '../core/micros.ts';
import { emptyHead } from './empty-head.ts';
import { describeEventQueries } from './event-queries.contract.ts';
import { describeEventRetention } from './event-retention.contract.ts';
import type { EventStore, Head, Lines, ListQuery, StoredEvent } from './event-store.ts';
import { erasureOf, type TestDraft, TestLog, testEpoch, testNodeHash } from './test-log.fixture.ts';

/** A store as the suite needs it: one place that is opened, and perhaps opened again. */
export interface StoreLocation {
  open(): Promise<EventStore>;
  /** Removes whatever the place holds; the store is closed. */
  remove(): Promise<void>;
}

/** What every event store does, whatever it is made of. A durable one finds everything when opened again. */
export function describeEventStore(
  name: string,
  createLocation: () => Promise<StoreLocation>,
  { durable }: { durable: boolean },
): void {
  describe(`event store: ${name}`, () => {
    let place: StoreLocation;
    let store: EventStore;
    before(async () => {
      place = await createLocation();
      store = await place.open();
    });
    after(async () => {
      await store.close();
      await place.remove();
    });

    let organisations = 0;
    const newLog = () => new TestLog(`org-${organisations++}`);
    const recorded = async (drafts: readonly TestDraft[]) => {
      const log = newLog();
      await log.record(store, drafts);
      return log;
    };
    const page = async (log: TestLog, query: Partial<ListQuery> = {}) =>
      sequences(
        await store.list(log.organisation, { filter: {}, order: 'asc', limit: 100, ...query }),
      );
    const found = (log: TestLog, filter: Filter) => page(log, { filter });

    describe('appending', () => {
      it('keeps events as they were given, in order', async () => {
        const salt = new Uint8Array(16).fill(7);
        const log = await recorded([
          { action: 'POST', description: 'naïve Ünïcode 🚀' },
          { action: 'GET', salt },
        ]);
        const events = await store.list(log.organisation, { filter: {}, order: 'asc', limit: 10 });
        assert.deepEqual(events, log.events.map(stored));
        assert.deepEqual(events[1]?.salt, salt);
        assert.equal(Object.hasOwn(events[0] ?? {}, 'salt'), false);
      });

      it('moves the head', async () => {
        const log = await recorded([{ action: 'a' }, { action: 'b' }, { action: 'c' }]);
        assert.deepEqual(await store.head(log.organisation), log.head);
        await log.record(store, [{ action: 'd' }]);
        assert.deepEqual(await store.head(log.organisation), log.head);
        assert.equal(log.head.size, 4);
      });

      it('adds to several logs at once', async () => {
        const [one, two] = [newLog(), newLog()];
        await store.append([one.plan([{ action: 'a' }]), two.plan([{ action: 'b' }, {}])]);
        assert.equal((await store.head(one.organisation)).size, 1);
        assert.equal((await store.head(two.organisation)).size, 2);
      });

      it('takes appends made at the same time in the order they were made', async () => {
        const log = newLog();
        const appends = Array.from({ length: 20 }, (_, n) => {
          const append = log.plan([{ action: `a${n}` }]);
          log.accept(append);
          return append;
        });
        await Promise.all(appends.map((append) => store.append([append])));
        assert.deepEqual(await store.head(log.organisation), log.head);
      });

      it('refuses a wrong size and then adds nothing, to no log', async () => {
        const [fresh, log] = [newLog(), await recorded([{ action: 'a' }])];
        const stale = new TestLog(log.organisation).plan([{ action: 'b', eventID: 'other' }]);
        await assert.rejects(store.append([fresh.plan([{ action: 'c' }]), stale]), (error) => {
          assert.equal((error as { code?: string }).code, 'conflict');
          assert.match((error as Error).message, new RegExp(log.organisation));
          return true;
        });
        assert.deepEqual(await store.head(fresh.organisation), emptyHead);
        assert.deepEqual(await store.head(log.organisation), log.head);
        assert.equal(await store.get(log.organisation, 'other'), undefined);
        assert.deepEqual(await page(fresh), []);
      });

      it('refuses an id that the log has, or that stands twice, and then adds nothing', async () => {
        const [fresh, log] = [newLog(), await recorded([{ eventID: 'same' }])];
        const again = log.plan([{ eventID: 'new' }, { eventID: 'same' }]);
        await assert.rejects(store.append([fresh.plan([{}]), again]), { code: 'conflict' });
        const twice = log.plan([{ eventID: 'twin' }, { eventID: 'twin' }]);
        await assert.rejects(store.append([fresh.plan([{}]), twice]), { code: 'conflict' });
        assert.equal((await store.head(fresh.organisation)).size, 0);
        assert.deepEqual(await page(log), [0]);
        assert.equal(await store.get(log.organisation, 'new'), undefined);
        assert.equal(await store.get(log.organisation, 'twin'), undefined);
        await log.record(store, [{ eventID: 'new' }]);
        assert.deepEqual(await page(log), [0, 1]);
      });

      it('refuses events out of place and a log named twice', async () => {
        const log = await recorded([{ action: 'a' }]);
        const { events, head, ...rest } = log.plan([{}, {}]);
        const reversed = { ...rest, events: [...events].reverse(), head };
        await assert.rejects(store.append([reversed]), { code: 'internal' });
        await assert.rejects(store.append([{ ...rest, events, head: log.head }]), {
          code: 'internal',
        });
        const append = { ...rest, events, head };
        await assert.rejects(store.append([append, append]), { code: 'internal' });
        assert.deepEqual(await store.head(log.organisation), log.head);
      });

      it('keeps an event of the largest size', async () => {
        const log = await recorded([{ details: { note: 'é"'.repeat(16_000) } }]);
        const event = await store.get(log.organisation, 'e-0');
        assert.equal(event?.body, log.events[0]?.body);
      });
    });

    describe('recognising repeated ids', () => {
      it('finds those the log has', async () => {
        const log = await recorded([{ action: 'a' }, { action: 'b' }]);
        const existing = await store.findExisting(log.organisation, ['e-1', 'e-7', 'e-0']);
        assert.deepEqual([...existing.keys()].sort(), ['e-0', 'e-1']);
        assert.deepEqual(existing.get('e-1'), stored(log.events[1]!));
      });

      it('sees every append asked for before it', async () => {
        const log = newLog();
        const appending = store.append([log.plan([{ eventID: 'early' }])]);
        const existing = store.findExisting(log.organisation, ['early']);
        assert.equal((await existing).size, 1);
        await appending;
      });
    });

    describe('reading by id', () => {
      it('gives the event, or nothing', async () => {
        const log = await recorded([{ eventID: 'a' }, { eventID: 'ä/%2e ?#' }]);
        assert.deepEqual(await store.get(log.organisation, 'ä/%2e ?#'), stored(log.events[1]!));
        assert.equal(await store.get(log.organisation, 'A'), undefined);
        assert.equal(await store.get(log.organisation, ''), undefined);
      });
    });

    describe('listing', () => {
      /** Created out of order, with two at the same time. */
      const offsets = [30, 10, 20, 10, 40];
      const drafts = offsets.map((offset) => ({ createdAt: testEpoch + offset }));

      it('orders by creation and then by sequence, both ways', async () => {
        const log = await recorded(drafts);
        assert.deepEqual(await page(log, { order: 'asc' }), [1, 3, 2, 0, 4]);
        assert.deepEqual(await page(log, { order: 'desc' }), [4, 0, 2, 3, 1]);
      });

      it('continues after a place, whether or not an event is there', async () => {
        const log = await recorded(drafts);
        const at = (offset: number, sequence: number) => ({
          after: { createdAt: testEpoch + offset, sequence },
        });
        assert.deepEqual(await page(log, { order: 'asc', ...at(10, 1) }), [3, 2, 0, 4]);
        assert.deepEqual(await page(log, { order: 'desc', ...at(10, 3) }), [1]);
        assert.deepEqual(await page(log, { order: 'asc', ...at(25, 0) }), [0, 4]);
        assert.deepEqual(await page(log, { order: 'desc', ...at(25, 0) }), [2, 3, 1]);
        assert.deepEqual(await page(log, { order: 'asc', ...at(40, 4) }), []);
      });

      it('skips, limits, and counts skipped events from the place', async () => {
        const log = await recorded(drafts);
        assert.deepEqual(await page(log, { skip: 1, limit: 2 }), [3, 2]);
        assert.deepEqual(await page(log, { skip: 4, limit: 2 }), [4]);
        assert.deepEqual(await page(log, { skip: 9 }), []);
        const after = { createdAt: testEpoch + 10, sequence: 3 };
        assert.deepEqual(await page(log, { after, skip: 1, limit: 1 }), [0]);
      });

      it('leaves out what came after the snapshot', async () => {
        const log = await recorded(drafts);
        assert.deepEqual(await page(log, { snapshot: 3, order: 'desc' }), [0, 2, 1]);
        assert.deepEqual(await page(log, { snapshot: 0 }), []);
        assert.equal(await store.count(log.organisation, {}, 3), 3);
      });

      it('walks a log page by page while it grows, each event once', async () => {
        const log = await recorded(Array.from({ length: 30 }, () => ({})));
        const snapshot = log.head.size;
        const seen: number[] = [];
        let place: StoredEvent | undefined;
        do {
          const events = await store.list(log.organisation, {
            filter: {},
            order: 'desc',
            limit: 7,
            snapshot,
            ...(place !== undefined && { after: place }),
          });
          seen.push(...sequences(events));
          place = events.at(-1);
          await log.record(store, [{ createdAt: testEpoch + 3_500 }, {}]);
        } while (place !== undefined);
        assert.deepEqual(
          seen,
          Array.from({ length: 30 }, (_, n) => 29 - n),
        );
      });
    });

    describe('counting', () => {
      it('the same question again gives what came since, and a narrower one less', async () => {
        const log = newLog();
        const action = (value: string): Filter => ({
          conditions: [{ facets: ['action'], values: [value] }],
        });
        const count = (filter: Filter, snapshot?: number) =>
          store.count(log.organisation, filter, snapshot);
        for (let round = 1; round <= 4; round += 1) {
          await log.record(
            store,
            Array.from({ length: 100 }, (_, n) => ({
              createdAt: testEpoch + n,
              action: n % 2 === 0 ? 'even' : 'odd',
            })),
          );
          assert.equal(await count(action('odd')), 50 * round);
          assert.equal(await count(action('even')), 50 * round);
          assert.equal(await count({ ...action('odd'), from: testEpoch + 50 }), 25 * round);
          assert.equal(await count({ ...action('odd'), to: testEpoch + 10 }), 5 * round);
          assert.equal(await count(action('odd'), 30), 15);
        }
      });
    });

    describe('filtering', () => {
      it('finds by each facet, exactly', async () => {
        const drafts = facets.map((_, place) => oneFacet(place, 'value'));
        const log = await recorded([...drafts, ...facets.map((_, place) => oneFacet(place, '7'))]);
        for (const [place, facet] of facets.entries()) {
          const status = facet === 'responseStatus';
          const [value, other] = status ? ['200', '20'] : ['value', 'valu'];
          const ask = (text: string) =>
            found(log, { conditions: [{ facets: [facet], values: [text] }] });
          if (facet !== 'outcome') assert.deepEqual(await ask(value), [place], facet);
          assert.deepEqual(await ask(other), [], facet);
          assert.deepEqual(await ask(''), [], facet);
        }
      });

      it('compares actions without regard to ASCII case, other facets with', async () => {
        const log = await recorded([
          { action: 'get', resourceType: 'vpc' },
          { action: 'GET', resourceType: 'VPC' },
          { action: 'Gét' },
          { action: 'GÉT' },
        ]);
        const action = (value: string) => [{ facets: ['action'] as const, values: [value] }];
        assert.deepEqual(await found(log, { conditions: action('Get') }), [0, 1]);
        assert.deepEqual(await found(log, { conditions: action('gét') }), [2]);
        const type = [{ facets: ['resourceType'] as const, values: ['vpc'] }];
        assert.deepEqual(await found(log, { conditions: type }), [0]);
      });

      it('takes any of several values, any of several facets, and all conditions', async () => {
        const log = await recorded([
          { action: 'a', userIdentity: 'x' },
          { action: 'b', userIdentity: 'x' },
          { action: 'c', serviceAccountIdentity: 'x' },
          { action: 'a', userIdentity: 'y' },
        ]);
        const someone = {
          facets: ['userIdentity', 'serviceAccountIdentity'] as const,
          values: ['x', 'z'],
        };
        const actions = { facets: ['action'] as const, values: ['a', 'C'] };
        assert.deepEqual(await found(log, { conditions: [someone] }), [0, 1, 2]);
        assert.deepEqual(await found(log, { conditions: [actions] }), [0, 2, 3]);
        assert.deepEqual(await found(log, { conditions: [someone, actions] }), [0, 2]);
        assert.deepEqual(await found(log, { conditions: [] }), [0, 1, 2, 3]);
        const nothing = { facets: ['action'] as const, values: [] };
        assert.deepEqual(await found(log, { conditions: [someone, nothing] }), []);
      });

      it('takes a half-open window', async () => {
        const log = await recorded(
          [0, 1, 2, 3].map((n) => ({ createdAt: testEpoch + n * minute })),
        );
        const [from, to] = [testEpoch + minute, testEpoch + 3 * minute];
        assert.deepEqual(await found(log, { from, to }), [1, 2]);
        assert.deepEqual(await found(log, { from }), [1, 2, 3]);
        assert.deepEqual(await found(log, { to }), [0, 1, 2]);
        assert.deepEqual(await found(log, { from: to, to: from }), []);
      });

      it('finds any part of a description, without regard to case', async () => {
        const log = await recorded([
          { description: 'Deleted VPC “Straße” of ÅSA' },
          { description: 'created vpc 100%_done\\' },
          { description: '' },
          {},
          { description: 'line one\nline two' },
        ]);
        const text = (part: string) => found(log, { text: part });
        assert.deepEqual(await text('vpc'), [0, 1]);
        assert.deepEqual(await text('TED V'), [0, 1]);
        assert.deepEqual(await text('straße'), [0]);
        assert.deepEqual(await text('åsa'), [0]);
        assert.deepEqual(await text('%_DONE\\'), [1]);
        assert.deepEqual(await text('e\nl'), [4]);
        assert.deepEqual(await text('twodeleted'), []);
        assert.deepEqual(await text(''), [0, 1, 2, 3, 4]);
      });

      it('leaves out system services by name, or all', async () => {
        const log = await recorded([
          {},
          { context: { system_service: 'annals' } },
          { context: { system_service: 'scheduler' } },
        ]);
        assert.deepEqual(await found(log, {}), [0, 1, 2]);
        assert.deepEqual(await found(log, { withoutSystemServices: 'all' }), [0]);
        assert.deepEqual(await found(log, { withoutSystemServices: ['annals', 'x'] }), [0, 2]);
        assert.deepEqual(await found(log, { withoutSystemServices: [] }), [0, 1, 2]);
      });
    });

    describe('distinct values', () => {
      it('come with their counts, most frequent first, then by value', async () => {
        const log = await recorded(
          ['b', 'a', 'B', 'c', 'c', 'é', undefined].map((action) =>
            action === undefined ? {} : { action },
          ),
        );
        const all = await store.distinct(log.organisation, 'action');
        assert.deepEqual(
          all.map(({ value, count }) => `${value}${count}`),
          ['c2', 'B1', 'a1', 'b1', 'é1'],
        );
        assert.deepEqual(await store.distinct(log.organisation, 'action', {}, 2), all.slice(0, 2));
        const filter = { conditions: [{ facets: ['action'] as const, values: ['b'] }] };
        assert.deepEqual(await store.distinct(log.organisation, 'action', filter), [
          { value: 'B', count: 1 },
          { value: 'b', count: 1 },
        ]);
        assert.deepEqual(await store.distinct(log.organisation, 'traceId'), []);
      });
    });

    describe('scanning', () => {
      const scanned = async (log: TestLog, from: number, to: number, filter?: Filter) => {
        const batches: (readonly StoredEvent[])[] = [];
        for await (const batch of store.scan(log.organisation, { from, to }, filter)) {
          batches.push(batch);
        }
        return batches;
      };

      it('gives a stretch in order of sequence, in bounded batches', async () => {
        const log = await recorded(
          Array.from({ length: 2_500 }, (_, n) => ({ createdAt: testEpoch - n })),
        );
        const batches = await scanned(log, 10, 2_490);
        assert.ok(batches.length > 1);
        assert.ok(batches.every(({ length }) => length > 0 && length <= 2_000));
        assert.deepEqual(batches.flat(), log.events.slice(10, 2_490).map(stored));
      });

      it('stops at the end of the log, and gives nothing for an empty stretch', async () => {
        const log = await recorded([{}, {}, {}]);
        assert.deepEqual(sequences((await scanned(log, 1, 9_000)).flat()), [1, 2]);
        assert.deepEqual(await scanned(log, 3, 9), []);
        assert.deepEqual(await scanned(log, 2, 1), []);
      });

      it('leaves out what does not match', async () => {
        const log = await recorded(
          Array.from({ length: 1_500 }, (_, n) => ({ action: n % 500 === 3 ? 'rare' : 'usual' })),
        );
        const rare = { conditions: [{ facets: ['action'] as const, values: ['rare'] }] };
        assert.deepEqual(sequences((await scanned(log, 4, 1_500, rare)).flat()), [503, 1_003]);
      });

      it('gives a page as lines too, in pieces of bounded size', async () => {
        const log = await recorded(
          Array.from({ length: 1_500 }, (_, n) => ({
            createdAt: testEpoch + ((n * 7) % 1_500),
            details: { note: 'é\n'.repeat(500) },
          })),
        );
        const query = { filter: {}, order: 'desc', limit: 1_400 } as const;
        const expected = await store.list(log.organisation, query);
        const texts: string[] = [];
        let after: Lines['last'] | undefined;
        for (let events = 0; events < 1_400; ) {
          const limit = 1_400 - events;
          const maxBytes = after === undefined ? 500_000 : 100_000;
          const lines = await store.listLines(log.organisation, {
            ...query,
            limit,
            maxBytes,
            ...(after && { after }),
          });
          assert.ok(lines !== undefined && lines.bytes.length < maxBytes + 100_000);
          texts.push(Buffer.from(lines.bytes).toString());
          events += lines.events;
          after = lines.last;
        }
        assert.equal(texts.join(''), expected.map(({ body }) => `${body}\n`).join(''));
      });

      it('can be stopped early', async () => {
        const log = await recorded(Array.from({ length: 3_000 }, () => ({})));
        for await (const batch of store.scan(log.organisation, { from: 0, to: 3_000 })) {
          assert.equal(batch[0]?.sequence, 0);
          break;
        }
        assert.equal(await store.count(log.organisation, {}), 3_000);
      });
    });

    describe('places by time of recording', () => {
      it('gives the first sequence at or after the instant', async () => {
        const log = await recorded(Array.from({ length: 300 }, () => ({})));
        const { organisation, events } = log;
        assert.equal(await store.sequenceAt(organisation, 0), 0);
        assert.equal(await store.sequenceAt(organisation, events[120]!.recordedAt), 120);
        assert.equal(await store.sequenceAt(organisation, events[120]!.recordedAt + 1), 121);
        assert.equal(await store.sequenceAt(organisation, events[299]!.recordedAt + 1), 300);
      });
    });

    describe('tree nodes', () => {
      it('gives leaf hashes and the tops of complete tiles', async () => {
        const log = await recorded(Array.from({ length: 600 }, () => ({})));
        await log.record(
          store,
          Array.from({ length: 200 }, () => ({})),
        );
        const nodes = (level: number, from: number, count: number) =>
          store.treeNodes(log.organisation, level, from, count);
        const leaves = log.events.slice(250, 260).map(({ leafHash }) => leafHash);
        assert.deepEqual(await nodes(0, 250, 10), new Uint8Array(Buffer.concat(leaves)));
        assert.equal((await nodes(0, 790, 256)).length, 10 * 32);
        const tops = [0, 1, 2].map((index) => testNodeHash(log.organisation, 8, index));
        assert.deepEqual(await nodes(8, 0, 256), new Uint8Array(Buffer.concat(tops)));
        assert.deepEqual(await nodes(8, 1, 1), tops[1]);
        assert.equal((await nodes(8, 3, 5)).length, 0);
        assert.equal((await nodes(16, 0, 1)).length, 0);
      });
    });

    describe('keeping organisations apart', () => {
      it('shows nothing of another log', async () => {
        const [mine, theirs] = [await recorded([{ eventID: 'mine' }]), newLog()];
        const { organisation } = theirs;
        assert.equal(await store.get(organisation, 'mine'), undefined);
        assert.equal((await store.findExisting(organisation, ['mine'])).size, 0);
        await theirs.record(store, [{ eventID: 'mine', action: 'x' }, {}]);
        assert.deepEqual(await page(mine), [0]);
        assert.deepEqual(await page(theirs), [0, 1]);
        assert.deepEqual(await store.distinct(mine.organisation, 'action'), []);
        assert.deepEqual(await store.get(organisation, 'mine'), stored(theirs.events[0]!));
      });
    });

    describe('a log nobody wrote to', () => {
      it('is empty in every answer', async () => {
        const { organisation } = newLog();
        const query = { filter: {}, order: 'desc', limit: 5 } as const;
        assert.deepEqual(await store.head(organisation), emptyHead);
        assert.equal(await store.get(organisation, 'x'), undefined);
        assert.deepEqual(await store.list(organisation, query), []);
        assert.equal(await store.count(organisation, {}), 0);
        assert.deepEqual(await store.distinct(organisation, 'action'), []);
        assert.equal(await store.sequenceAt(organisation, testEpoch), 0);
        assert.equal((await store.treeNodes(organisation, 0, 0, 10)).length, 0);
        assert.equal(await store.dropped(organisation), undefined);
        for await (const _ of store.scan(organisation, { from: 0, to: 10 })) assert.fail();
        assert.equal(await store.listLines(organisation, query), undefined);
      });
    });

    describe('erasing', () => {
      const person = (n: number): TestDraft => ({
        description: `Opened the vault ${n}`,
        userIdentity: `u-${n % 2}`,
        user: { email: `noor-${n}@example.com` },
        context: { client_ip: `192.0.2.${n}`, origin: 'gui' },
        salt: new Uint8Array(16).fill(n + 1),
      });
      const people = Array.from({ length: 90 }, (_, n) => person(n % 45));
      const all = async ({ organisation }: TestLog) => {
        const events: StoredEvent[] = [];
        for await (const batch of store.scan(organisation, { from: 0, to: 1_000 })) {
          events.push(...batch);
        }
        return events;
      };
      /** A log's events as they must be once those of these places are erased. */
      const remaining = (log: TestLog, erased: readonly number[]) =>
        log.events.map((event) => {
          if (!erased.includes(event.sequence)) return stored(event);
          const { salt: _, ...rest } = stored(event);
          return { ...rest, body: erasureOf(event).body };
        });
      const erase = (log: TestLog, places: readonly number[]) =>
        store.erase(
          log.organisation,
          places.map((place) => erasureOf(log.events[place]!)),
        );

      it('leaves what remains, without a salt, in every answer, and all else as it was', async () => {
        const [log, other] = [await recorded(people), await recorded(people)];
        const leaves = await store.treeNodes(log.organisation, 0, 0, 100);
        const places = [0, 7, 8, 41, 89];
        await erase(log, places);
        const expected = remaining(log, places);
        assert.deepEqual(await all(log), expected);
        assert.deepEqual(await store.get(log.organisation, 'e-41'), expected[41]);
        const existing = await store.findExisting(log.organisation, ['e-7', 'e-9']);
        assert.deepEqual([existing.get('e-7'), existing.get('e-9')], [expected[7], expected[9]]);
        const query = { filter: {}, order: 'asc', limit: 100 } as const;
        const lines = await store.listLines(log.organisation, query);
        const text = Buffer.from(lines?.bytes ?? []).toString();
        assert.equal(text, expected.map(({ body }) => `${body}\n`).join(''));
        assert.deepEqual(await store.treeNodes(log.organisation, 0, 0, 100), leaves);
        assert.deepEqual(await store.head(log.organisation), log.head);
        assert.deepEqual(await all(other), other.events.map(stored));
      });

      it('finds nothing by what is gone, and all by what is not', async () => {
        const log = await recorded(people);
        await erase(log, [3, 5, 50]);
        const by = (facet: 'clientIp' | 'userIdentity' | 'origin', value: string) =>
          found(log, { conditions: [{ facets: [facet], values: [value] }] });
        assert.deepEqual(await by('clientIp', '192.0.2.3'), [48]);
        assert.deepEqual(await by('clientIp', '192.0.2.5'), []);
        assert.deepEqual(await by('clientIp', '192.0.2.44'), [44, 89]);
        assert.equal((await by('userIdentity', 'u-1')).length, 44);
        assert.equal((await by('origin', 'gui')).length, 90);
        assert.deepEqual(await found(log, { text: 'vault 5' }), [5, 50]);
        const addresses = await store.distinct(log.organisation, 'clientIp');
        assert.equal(addresses.length, 44);
        assert.deepEqual(addresses.at(-1), { value: '192.0.2.3', count: 1 });
      });

      it('forgets a description that is gone', async () => {
        const log = await recorded(people);
        const { description: _, ...rest } = JSON.parse(log.events[4]!.body);
        const erased = { sequence: 4, body: JSON.stringify({ ...rest, personal: 'x' }) };
        await store.erase(log.organisation, [erased]);
        assert.deepEqual(
          await found(log, { text: 'vault 4' }),
          [40, 41, 42, 43, 44, 49, 85, 86, 87, 88, 89],
        );
        assert.deepEqual(await found(log, { text: 'vault 5' }), [5, 50]);
      });

      it('may be repeated, and sees every append asked for before it', async () => {
        const log = newLog();
        const append = log.plan(people);
        log.accept(append);
        const appending = store.append([append]);
        await Promise.all([appending, erase(log, [1, 2]), erase(log, [2, 70])]);
        await erase(log, [1, 2]);
        await store.erase(log.organisation, []);
        assert.deepEqual(await all(log), remaining(log, [1, 2, 70]));
        await log.record(
          store,
          people.slice(0, 3).map((draft, n) => ({ ...draft, eventID: `n-${n}` })),
        );
        await erase(log, [91]);
        assert.deepEqual(await all(log), remaining(log, [1, 2, 70, 91]));
      });

      it('refuses an event that the log does not have, and then erases nothing', async () => {
        const log = await recorded(people);
        const beyond = { sequence: 90, body: '{}' };
        const erasing = store.erase(log.organisation, [erasureOf(log.events[0]!), beyond]);
        await assert.rejects(erasing, { code: 'invalid' });
        assert.deepEqual(await all(log), log.events.map(stored));
        await assert.rejects(store.erase('org-nobody', [beyond]), { code: 'invalid' });
      });

      if (durable) {
        it('is found done when opened again', async () => {
          const log = await recorded(people);
          await erase(log, [0, 44, 60]);
          await store.close();
          store = await place.open();
          assert.deepEqual(await all(log), remaining(log, [0, 44, 60]));
          const conditions = [{ facets: ['clientIp'] as const, values: ['192.0.2.44'] }];
          assert.deepEqual(await found(log, { conditions }), [89]);
          await assert.rejects(store.append([log.plan([{ eventID: 'e-44' }])]), {
            code: 'conflict',
          });
        });
      }
    });

    describeEventQueries(() => ({ store, log: newLog() }));
    describeEventRetention(createLocation, { durable });

    if (durable) {
      describe('opening again', () => {
        it('finds what was appended, and grows from there', async () => {
          const salt = new Uint8Array(16).fill(9);
          const log = await recorded([
            { action: 'GET', description: 'First words', resourceIdentity: 'r-1', salt },
            ...Array.from({ length: 300 }, (_, n) => ({ traceId: `t-${n}` })),
          ]);
          const { organisation } = log;
          const before = await store.distinct(organisation, 'traceId');
          await store.close();
          store = await place.open();
          assert.deepEqual(await store.head(organisation), log.head);
          assert.deepEqual(await store.get(organisation, 'e-0'), stored(log.events[0]!));
          assert.deepEqual(await found(log, { text: 'st wo' }), [0]);
          assert.deepEqual(await store.distinct(organisation, 'traceId'), before);
          assert.equal((await store.treeNodes(organisation, 8, 0, 9)).length, 32);
          await assert.rejects(store.append([log.plan([{ eventID: 'e-7' }])]), {
            code: 'conflict',
          });
          await log.record(store, [{ traceId: 't-7' }]);
          const conditions = [{ facets: ['traceId'] as const, values: ['t-7'] }];
          assert.deepEqual(await found(log, { conditions }), [8, 301]);
        });
      });
    }

    describe('a watcher', () => {
      it('hears of each append once reads see it, of no other log, and of nothing after it has left', async () => {
        const [log, other] = [newLog(), newLog()];
        const heads: Promise<Head>[] = [];
        const leave = store.watch(log.organisation, () => {
          heads.push(store.head(log.organisation));
        });
        await log.record(store, [{}]);
        await other.record(store, [{}]);
        await log.record(store, [{}, {}]);
        const sizes = (await Promise.all(heads)).map(({ size }) => size);
        assert.deepEqual(sizes, [1, 3]);
        leave();
        await log.record(store, [{}]);
        assert.equal(heads.length, 2);
      });
    });

    describe('closing', () => {
      it('finishes what was accepted, then refuses every call', async () => {
        const log = newLog();
        const { organisation } = log;
        const appending = store.append([log.plan([{}])]);
        const told = Promise.withResolvers<void>();
        store.watch(newLog().organisation, told.resolve);
        const closing = store.close();
        await Promise.all([appending, closing, told.promise]);
        const query = { filter: {}, order: 'asc', limit: 1 } as const;
        const scan = store.scan(organisation, { from: 0, to: 1 })[Symbol.asyncIterator]();
        const refused = { code: 'unavailable', message: 'The event store is closed' };
        await assert.rejects(store.append([log.plan([{}])]), refused);
        await assert.rejects(store.erase(organisation, []), refused);
        await assert.rejects(store.expired(0), refused);
        await assert.rejects(store.drop([]), refused);
        await assert.rejects(store.dropped(organisation), refused);
        await assert.rejects(store.findExisting(organisation, ['x']), refused);
        await assert.rejects(store.head(organisation), refused);
        await assert.rejects(store.get(organisation, 'x'), refused);
        await assert.rejects(store.list(organisation, query), refused);
        await assert.rejects(store.count(organisation, {}), refused);
        await assert.rejects(store.distinct(organisation, 'action'), refused);
        await assert.rejects(store.sequenceAt(organisation, 0), refused);
        await assert.rejects(store.treeNodes(organisation, 0, 0, 1), refused);
        await assert.rejects(async () => scan.next(), refused);
        await assert.rejects(store.listLines(organisation, query), refused);
        await assert.rejects(store.countedLines(organisation, query), refused);
        await store.close();
      });
    });
  });
}

function sequences(events: readonly StoredEvent[]): number[] {
  return events.map(({ sequence }) => sequence);
}

/** What a store gives back of an event it was given. */
function stored({ sequence, createdAt, recordedAt, body, salt }: StoredEvent): StoredEvent {
  return { sequence, createdAt, recordedAt, body, ...(salt !== undefined && { salt }) };
}

/** A draft with a value in one facet alone; a status is a number, so it stands for the text. */
function oneFacet(place: number, value: string): TestDraft {
  const status = value === 'value' ? 200 : 7;
  const drafts: TestDraft[] = [
    { action: value },
    { resourceType: value },
    { resourceIdentity: value },
    { userIdentity: value },
    { serviceAccountIdentity: value },
    { impersonatorIdentity: value },
    { context: { status } },
    { context: { client_ip: value } },
    { context: { origin: value } },
    { outcome: value },
    { context: { system_service: value } },
    { sessionId: value },
    { traceId: value },
    { projectId: value },
    { context: { credentials_id: value } },
    { context: { country_code: value } },
  ];
  assert.equal(drafts.length, facets.length);
  return drafts[place] ?? {};
}
