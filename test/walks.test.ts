import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from './server-process.fixture.ts';

const tied = 1_000;
const tie = '2026-06-01T12:00:00.000000Z';

interface Entry {
  readonly id: string;
  readonly created_at: string;
}

interface Page {
  readonly entries: readonly Entry[];
  readonly next_starting_from?: string;
}

/** The walks that each vendor documents, over real HTTP, while a producer records. */
describe('while a producer keeps recording', () => {
  let server: ServerProcess;
  let key: string;
  /** Acknowledged: from then on every read must see it. */
  let recorded = 0;
  let producing = true;
  let producer: Promise<void>;

  const record = async (count: number, createdAt?: string) => {
    const events = Array.from({ length: count }, (_, n) => ({
      eventID: `evt-${recorded + n + 1}`,
      action: 'POST',
      ...(createdAt !== undefined && { createdAt }),
    }));
    await server.json('POST', '/v1/audit/events', key, { events });
    recorded += count;
  };
  const get = async (path: string) => {
    const response = await fetch(server.url + path, {
      headers: { Authorization: `Bearer ${key}` },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };

  before(async () => {
    server = await ServerProcess.start(['--cockroachdb-requests-per-second', '0']);
    key = (await server.organisation('acme')).key;
    await record(150);
    await record(tied, tie);
    await record(150);
    producer = (async () => {
      while (producing) {
        await record(3);
        await sleep(2);
      }
    })();
  });

  after(async () => {
    producing = false;
    await producer;
    await server[Symbol.asyncDispose]();
  });

  /** Everything that was recorded before this call must be in the walk, and nothing may be in it twice. */
  const check = (seen: readonly string[], atStart: number) => {
    assert.equal(new Set(seen).size, seen.length, 'no event twice');
    for (let n = 1; n <= atStart; n += 1) assert.ok(seen.includes(`evt-${n}`), `evt-${n} is there`);
  };

  it('CockroachDB ascending, page by page, sees each event once', async () => {
    const atStart = recorded;
    const seen: string[] = [];
    let from = '';
    for (;;) {
      const response = await get(
        `/api/v1/auditlogevents?limit=100&starting_from=${encodeURIComponent(from)}`,
      );
      const page = (await response.json()) as Page;
      seen.push(...page.entries.map(({ id }) => id));
      assert.ok(page.next_starting_from !== undefined, 'ascending always says where to continue');
      from = page.next_starting_from;
      if (page.entries.length === 0 || seen.length >= atStart + 300) break;
    }
    const instants = new Set(seen);
    assert.equal(instants.size, seen.length);
    check(seen, atStart);
  });

  it('CockroachDB descending to the beginning sees each event once', async () => {
    const atStart = recorded;
    const seen: string[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const path: string = `/api/v1/auditlogevents?sort_order=DESC&limit=100&starting_from=${encodeURIComponent(next)}`;
      const page: Page = (await (await get(path)).json()) as Page;
      seen.push(...page.entries.map(({ id }) => id));
      next = page.next_starting_from;
    }
    check(seen, atStart);
  });

  it('CockroachDB has an instant itself on both sides of it', async () => {
    const middle = (await (await get('/api/v1/auditlogevents?limit=200')).json()) as Page;
    const instant = middle.entries.at(-1)!.created_at;
    const around = async (order: string) => {
      const path = `/api/v1/auditlogevents?limit=5&sort_order=${order}&starting_from=${encodeURIComponent(instant)}`;
      return ((await (await get(path)).json()) as Page).entries;
    };
    const [later, earlier] = [await around('ASC'), await around('DESC')];
    assert.equal(later[0]!.id, earlier[0]!.id);
    assert.ok(later.slice(1).every(({ created_at }) => created_at > instant));
    assert.ok(earlier.slice(1).every(({ created_at }) => created_at < instant));
  });

  it('UpCloud by offset, frozen by created_before, sees each event once', async () => {
    const atStart = recorded;
    const createdBefore = new Date(Date.now() - 1).toISOString();
    // Only the request that is now running may still bring earlier events.
    const underWay = recorded;
    while (recorded === underWay) await sleep(5);
    const seen: { id: string; time: string }[] = [];
    let total = Number.POSITIVE_INFINITY;
    while (seen.length < total) {
      const path = `/1.3/audit-logs?limit=100&offset=${seen.length}&created_after=2001-01-01&created_before=${createdBefore}`;
      const response = await get(path);
      total = Number(response.headers.get('upcloud-total-count'));
      const page = (await response.json()) as {
        audit_logs: { cloud_event_id: string; time: string }[];
      };
      assert.ok(page.audit_logs.length > 0, 'the total is right');
      seen.push(...page.audit_logs.map(({ cloud_event_id: id, time }) => ({ id, time })));
    }
    assert.equal(seen.length, total);
    assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length, 'no event twice');
    assert.ok(
      seen.length >= atStart - 50 &&
        seen.filter(({ time }) => time.startsWith('2026-06-01T12:00:00')).length === tied,
    );
    const one = seen[Math.floor(seen.length / 2)]!;
    const again = (await (await get(`/1.3/audit-logs/${one.id}`)).json()) as { time: string };
    assert.equal(again.time, one.time);
  });

  it('Thalassa by page number, newest first, misses none', async () => {
    const atStart = recorded;
    const seen = new Set<string>();
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const response = await get(`/v1/audit?limit=100&page=${page}`);
      const list = (await response.json()) as { items: { eventID: string }[]; totalPages: number };
      pages = list.totalPages;
      for (const { eventID } of list.items) seen.add(eventID);
    }
    check([...seen], atStart);
  });
});
