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
