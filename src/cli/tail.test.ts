import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import type { AuditEvent } from '../core/event.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

describe('annals tail', () => {
  it('survives responses that break, proxies without a server, and late events', async () => {
    const app = new TestApp();
    const key = await app.key('org-admin', await app.organisation());
    const record = (eventID: string, createdAt: string) =>
      app.json('POST', '/v1/audit/events', { key, body: { eventID, action: 'a', createdAt } });
    await record('first', '2026-01-02T00:00:00Z');
    const stop = new AbortController();
    const answer = fetchFrom(app);
    const broken = () =>
      new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.from('{"items":[')),
        pull: (controller) => controller.error(new Error('connection lost')),
      });
    /** What comes in place of the server's answers, and what happens between them. */
    const script: (() => Response | Promise<Response> | undefined)[] = [
      () => undefined,
      () => new Response(broken()),
      () => new Response('<html>', { status: 502 }),
      () => Promise.reject(new TypeError('fetch failed')),
      () => undefined,
      () => undefined,
    ];
    const { code, stdout, stderr } = await runCommand(['tail', '--json'], {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      signal: stop.signal,
      fetch: async (input, init) => (await script.shift()?.()) ?? answer(input, init),
      sleep: async () => {
        if (script.length === 2) await record('late', '2026-01-01T00:00:00Z');
        if (script.length > 0) return;
        stop.abort();
        throw stop.signal.reason;
      },
    });
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as AuditEvent).eventID);
    assert.deepEqual([code, ids], [0, ['first', 'late']]);
    assert.equal(stderr.match(/trying again in/g)?.length, 3, stderr);
  });
});

describe('annals tail --since', () => {
  it('prints everything since then, the oldest first, and follows from there without a gap', async () => {
    const app = new TestApp();
    const organisation = await app.organisation();
    const key = await app.key('org-admin', organisation);
    const drafts = (action: string, count: number, createdAt?: string) =>
      Array.from({ length: count }, () => ({ action, ...(createdAt && { createdAt }) }));
    await app.ledger.record(organisation.identity, drafts('old', 3, '2026-01-02T00:00:00Z'));
    await app.ledger.record(organisation.identity, drafts('recent', 1_100));
    const stop = new AbortController();
    let sleeps = 0;
    const { code, stdout, stderr } = await runCommand(['tail', '--since', '1h', '--json'], {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      signal: stop.signal,
      fetch: fetchFrom(app),
      sleep: async () => {
        sleeps += 1;
        if (sleeps > 1) stop.abort();
        else await app.ledger.record(organisation.identity, [{ action: 'new' }]);
        stop.signal.throwIfAborted();
      },
    });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEvent);
    assert.deepEqual([code, stderr], [0, '']);
    // Behind them the log has records of these reads.
    const recent = events.slice(0, -1).map(({ sequence }) => sequence);
    assert.deepEqual(
      recent,
      Array.from({ length: 1_100 }, (_, n) => n + 3),
    );
    assert.equal(events.at(-1)?.action, 'new');
  });

  it('says why there is nothing yet', async () => {
    const app = new TestApp();
    const key = await app.key('org-admin', await app.organisation());
    const args = ['tail', '--since', '1h', '--no-follow', '--action', 'login'];
    const { code, stdout, stderr } = await runCommand(args, {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      fetch: fetchFrom(app),
    });
    assert.deepEqual([code, stdout], [0, '']);
    assert.equal(stderr, 'No event matches so far\nNo event has the action login\n');
  });
});

describe('the log of the server, by the command', () => {
  it('is exported for the operator who names it, and refused to everybody else', async () => {
    const app = new TestApp();
    const operator = await app.key('operator');
    const organisation = await app.key('org-admin', await app.organisation());
    await app.json('GET', '/v1/organisations', { key: operator });
    await app.ownRecords.flush();
    const annals = (args: string[], key: string) =>
      runCommand(args, {
        env: {
          ANNALS_API: 'http://annals.test',
          ANNALS_KEY: key,
          ANNALS_ORGANISATION: 'system',
        },
        fetch: fetchFrom(app),
      });
    const command = 'export --since 1h --include-system-services --output - --format ndjson';
    const exported = await annals(command.split(' '), operator);
    const actions = exported.stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as AuditEvent).action);
    assert.deepEqual([exported.code, actions], [0, ['organisation.list']], exported.stderr);

    const refused = await annals(command.split(' '), organisation);
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /404: There is no such organisation for this key/);
  });
});
