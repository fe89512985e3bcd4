import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatInstant, hour, type Micros, millisecond, second } from '../../core/micros.ts';
import type { EventReader } from '../../store/event-store.ts';
import { propertyRuns } from '../mapping.fixture.ts';
import { TestTrail } from '../trail.fixture.ts';
import type { StartBound } from './page.ts';
import { createCockroachdbServer } from './server.ts';

/** Clients that cut a cursor, as the vendor's Go SDK and everything that keeps times in a Date of JavaScript do. */

const noon = Date.parse('2026-06-20T12:00:00Z') * 1_000;
const sdk = 'ccloud-sdk-go/7.1.0';

/** Times of recording: each later than the one before, often in the same second or exactly at the end of one. */
const times = fc
  .array(fc.constantFrom(1, 7, 999, millisecond, 333_333, second - 1, second, 3.7 * second, 0), {
    minLength: 1,
    maxLength: 40,
  })
  .map((gaps) => {
    let at = noon;
    // Zero stands for the next whole second.
    return gaps.map((gap) => (at = gap === 0 ? (Math.floor(at / second) + 1) * second : at + gap));
  });

interface Log {
  readonly trail: TestTrail;
  readonly page: (query: Record<string, string>, userAgent?: string) => Promise<PageShown>;
}

interface PageShown {
  readonly ids: string[];
  readonly next?: string;
}

async function openLog(
  at: readonly Micros[],
  startingFrom: StartBound = 'inclusive',
): Promise<Log> {
  const trail = new TestTrail();
  const key = trail.key('org-auditor');
  const server = trail.serve(createCockroachdbServer({ requestsPerSecond: 0, startingFrom }));
  for (const [index, time] of at.entries()) {
    await trail.recordAt(time, [{ eventID: `e${index}`, action: 'GET' }]);
  }
  trail.now = (at.at(-1) ?? noon) + hour;
  return {
    trail,
    page: async (query, userAgent = 'curl') => {
      const response = await server.request(
        `/api/v1/auditlogevents?${new URLSearchParams(query)}`,
        { headers: { Authorization: `Bearer ${key}`, 'User-Agent': userAgent } },
      );
      assert.equal(response.status, 200, await response.clone().text());
      const { entries, next_starting_from } = (await response.json()) as {
        entries: { id: string }[];
        next_starting_from?: string;
      };
      return {
        ids: entries.map(({ id }) => id),
        ...(next_starting_from !== undefined && { next: next_starting_from }),
      };
    },
  };
}

/** The documented walk, with each cursor cut: ascending until a page is empty, descending until there is no cursor. */
async function walk(
  { page }: Log,
  order: string,
  limit: number,
  cut: (cursor: string) => string,
  options: { from?: string; userAgent?: string; between?: () => Promise<void> } = {},
): Promise<string[]> {
  const seen: string[] = [];
  let cursor = options.from;
  for (let pages = 0; pages < 500; pages += 1) {
    const { ids, next } = await page(
      {
        sort_order: order,
        limit: String(limit),
        ...(cursor !== undefined && { starting_from: cursor }),
      },
      options.userAgent,
    );
    seen.push(...ids);
    if (order === 'DESC' ? next === undefined : ids.length === 0) return seen;
    cursor = cut(next ?? '');
    await options.between?.();
  }
  throw new Error('the walk does not end');
}

/** As the SDK does: the fraction is dropped. */
const toSeconds = (cursor: string) => cursor.replace(/\.\d+/, '');
/** As a Date of JavaScript does. */
const toMillis = (cursor: string) => new Date(cursor).toISOString();

const idsOf = (at: readonly Micros[]) => at.map((_, index) => `e${index}`);
const limits = fc.integer({ min: 1, max: 7 });

describe('a walk whose cursors are cut', () => {
  for (const bound of ['inclusive', 'exclusive'] as const) {
    it(`to seconds by the vendor’s SDK has each event once, in both directions (${bound})`, async () => {
      await fc.assert(
        fc.asyncProperty(times, limits, async (at, limit) => {
          const log = await openLog(at, bound);
          const options = { userAgent: sdk };
          const up = await walk(log, 'ASC', limit, toSeconds, options);
          assert.deepEqual(up, idsOf(at));
          const down = await walk(log, 'DESC', limit, toSeconds, options);
          assert.deepEqual(down, idsOf(at).toReversed());
        }),
        { numRuns: propertyRuns / 10 },
      );
    });
  }

  it('by a program of another name has each event once from a whole second or millisecond on', async () => {
    await fc.assert(
      fc.asyncProperty(times, limits, async (at, limit) => {
        const log = await openLog(at);
        const late = formatInstant(log.trail.now);
        for (const cut of [toSeconds, toMillis]) {
          const early = cut(formatInstant(noon));
          assert.deepEqual(await walk(log, 'ASC', limit, cut, { from: early }), idsOf(at));
          const down = await walk(log, 'DESC', limit, cut, { from: cut(late) });
          assert.deepEqual(down, idsOf(at).toReversed());
        }
      }),
      { numRuns: propertyRuns / 10 },
    );
  });

  it('misses nothing that is recorded meanwhile, also late in a second', async () => {
    await fc.assert(
      fc.asyncProperty(
        times,
        limits,
        fc.integer({ min: 0, max: 30 }),
        async (at, limit, before) => {
          const log = await openLog(at.slice(0, before));
          const rest = [...at.entries()].slice(before);
          log.trail.now = at[before - 1] ?? noon;
          const between = async () => {
            const next = rest.shift();
            if (next === undefined) {
              log.trail.now += hour;
              return;
            }
            const [index, time] = next;
            log.trail.now = time;
            await log.trail.recordAt(time, [{ eventID: `e${index}`, action: 'GET' }]);
          };
          const first = await walk(log, 'ASC', limit, toSeconds, { userAgent: sdk, between });
          // An empty page may come before the rest is recorded: a client goes on later.
          while (rest.length > 0) await between();
          await between();
          const from = first.length === 0 ? formatInstant(noon) : '1970-01-01T00:00:00Z';
          const again = await walk(log, 'ASC', limit, toSeconds, { userAgent: sdk, from });
          assert.deepEqual(again, idsOf(at));
          const seen = [...new Set(first)];
          assert.deepEqual(seen, idsOf(at).slice(0, seen.length), 'without a gap');
        },
      ),
      { numRuns: propertyRuns / 10 },
    );
  });

  it('gets the events of the newest second again until it is over, and then goes on behind it', async () => {
    const log = await openLog([noon + 1, noon + 2]);
    log.trail.now = noon + 500_000;
    const query = { starting_from: '2026-06-20T12:00:00Z' };
    const first = await log.page(query, sdk);
    assert.deepEqual(first, { ids: ['e0', 'e1'], next: '2026-06-20T12:00:00Z' });
    await log.trail.recordAt(noon + 600_000, [{ eventID: 'e2', action: 'GET' }]);
    log.trail.now = noon + hour;
    const second = await log.page(query, sdk);
    assert.deepEqual(second, { ids: ['e0', 'e1', 'e2'], next: '2026-06-20T12:00:01Z' });
    const third = await log.page({ starting_from: second.next ?? '' }, sdk);
    assert.deepEqual(third, { ids: [], next: '2026-06-20T12:00:01Z' });
  });

  it('has a page with thousands of events where one second has them', async () => {
    const log = await openLog([noon]);
    const drafts = Array.from({ length: 1_500 }, (_, index) => ({
      eventID: `b${String(index).padStart(4, '0')}`,
      action: 'GET',
    }));
    log.trail.now = noon + 10;
    await log.trail.record(drafts);
    log.trail.now = noon + hour;
    await log.trail.recordAt(noon + 2 * second, [{ eventID: 'z', action: 'GET' }]);
    const ids = ['e0', ...drafts.map(({ eventID }) => eventID), 'z'];
    const options = { userAgent: sdk };
    assert.deepEqual(await walk(log, 'ASC', 200, toSeconds, options), ids);
    assert.deepEqual(await walk(log, 'DESC', 200, toSeconds, options), ids.toReversed());
  });

  it('is refused a page of more than 100,000 events, with what helps', async () => {
    const log = await openLog([noon + 1, noon + 2, noon + 3]);
    const { store, dependencies } = log.trail;
    const reader: Partial<EventReader> = {
      withSignal: () => reader as EventReader,
      scan: (...query: Parameters<EventReader['scan']>) => store.scan(...query),
      head: async (organisation: string) => ({
        ...(await store.head(organisation)),
        size: 200_000,
      }),
      sequenceAt: async (_: string, at: Micros) => (at > noon + second - 1 ? 200_000 : 0),
    };
    const server = createCockroachdbServer()({
      ...dependencies,
      reader: reader as EventReader,
    });
    const response = await server.request('/api/v1/auditlogevents?limit=1', {
      headers: { Authorization: `Bearer ${log.trail.key('org-auditor')}`, 'User-Agent': sdk },
    });
    assert.equal(response.status, 400, String(log.trail.faults[0]));
    assert.deepEqual(await response.json(), {
      code: 11,
      message:
        'more than 100000 entries belong to 2026-06-20T12:00:00Z, which a cursor of this precision cannot divide: give starting_from with six fraction digits, such as 2026-06-20T12:00:00.000000Z',
      details: [],
    });
  });
});
