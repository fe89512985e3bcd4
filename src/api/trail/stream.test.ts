import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditEvent } from '../../core/event.ts';
import { TestApp } from '../app.fixture.ts';
import { sentBlocks } from './sse.fixture.ts';

async function open() {
  const app = new TestApp();
  const organisation = await app.organisation('acme');
  const key = await app.key('org-auditor', organisation);
  const { identity } = organisation;
  const request = (query = '', headers: Record<string, string> = {}, method = 'GET') =>
    app.request(method, `/v1/audit/stream?${query}`, { key, headers });
  const stream = async (query = '', headers: Record<string, string> = {}) => {
    const response = await request(query, headers);
    assert.equal(response.status, 200);
    const blocks = sentBlocks(response.body!);
    await blocks.next();
    return { response, blocks };
  };
  const record = (...actions: string[]) =>
    app.ledger.record(
      identity,
      actions.map((action) => ({ action, eventID: action })),
    );
  return { app, organisation, key, identity, request, stream, record };
}

const actionOf = ({ value }: IteratorResult<{ readonly data?: unknown }>) =>
  (value.data as AuditEvent).action;

describe('GET /v1/audit/stream', () => {
  it('begins with the next event, at a sequence, or after the event that came last', async () => {
    const { stream, record } = await open();
    await record('a', 'b', 'c');
    const { response, blocks } = await stream('includeSystemServices=true');
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const next = blocks.next();
    await record('d');
    assert.equal(actionOf(await next), 'd');
    const { blocks: fromSecond } = await stream('fromSequence=1');
    assert.equal(actionOf(await fromSecond.next()), 'b');
    const { blocks: again } = await stream('fromSequence=0&action=a,c', { 'Last-Event-ID': '0' });
    const { value } = await again.next();
    assert.deepEqual([value?.id, value?.event], [2, 'audit']);
    assert.match(JSON.stringify(value?.data), /"eventID":"c"/);
  });

  it('has nothing of another organisation', async () => {
    const { app, stream, record } = await open();
    const other = await app.organisation('other');
    const { blocks } = await stream();
    const next = blocks.next();
    await app.ledger.record(other.identity, [{ action: 'secret' }]);
    await record('own');
    assert.equal(actionOf(await next), 'own');
  });

  it('is recorded as a read before anything is sent', async () => {
    const { app, identity, stream } = await open();
    await stream('action=a');
    const [last] = await app.store.list(identity, { filter: {}, order: 'desc', limit: 1 });
    const { action, details } = JSON.parse(last!.body) as AuditEvent;
    assert.equal(action, 'audit_log.list');
    assert.deepEqual(details, { stream: true, query: '?action=a' });
  });

  it('ends with a reason when its key is revoked, and sends no event after that', async () => {
    const { app, key, stream, record } = await open();
    const { blocks } = await stream();
    await app.accounts.revokeKey(key.split('_')[1]!, app.clock());
    const next = blocks.next();
    await record('late');
    const { value } = await next;
    assert.equal(value?.event, 'end');
    assert.match(JSON.stringify(value?.data), /^{"reason":"credential","message":"The key was/);
    assert.equal((await blocks.next()).done, true);
    assert.equal(app.streams.size, 0);
  });

  it('ends with a reason when the server stops, which then opens no other', async () => {
    const { app, request, stream } = await open();
    const { blocks } = await stream();
    app.streams.stop();
    const { value } = await blocks.next();
    assert.deepEqual(value?.data, { reason: 'stopping', message: 'The server stops' });
    assert.equal((await blocks.next()).done, true);
    assert.equal((await request()).status, 503);
  });

  it('may be open so often for one key, one organisation, and all', async () => {
    const { app, organisation, stream, request } = await open();
    const streams = [await stream(), await stream(), await stream()];
    const refused = await request();
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '10');
    assert.match(((await refused.json()) as { message: string }).message, /this key has 3 open/);
    const colleague = await app.key('org-admin', organisation);
    const ask = async (key: string) =>
      (await app.request('GET', '/v1/audit/stream', { key })).status;
    assert.deepEqual([await ask(colleague), await ask(colleague)], [200, 429]);
    const others = await Promise.all(
      ['b', 'c'].map(async (slug) => app.key('org-auditor', await app.organisation(slug))),
    );
    const statuses = [];
    for (const key of [...others, ...others, ...others]) statuses.push(await ask(key));
    assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429]);
    await streams[0]!.blocks.return(undefined);
    assert.equal((await request()).status, 200);
  });

  it('is refused for what is not the id of an event, or is ahead of the log', async () => {
    const { request, record } = await open();
    await record('a');
    for (const [query, lastEventId, status] of [
      ['', 'x', 400],
      ['fromSequence=-1', undefined, 400],
      ['limit=1', undefined, 400],
      ['fromSequence=99', undefined, 409],
      ['', '99', 409],
    ] as const) {
      const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
      assert.equal((await request(query, headers)).status, status, `${query} ${lastEventId}`);
    }
    assert.match(
      ((await (await request('fromSequence=99')).json()) as { message: string }).message,
      /^Cannot stream from sequence 99: the log has \d events\. If it was restored/,
    );
  });

  it('has headers for HEAD, and stays closed', async () => {
    const { app, request } = await open();
    const { status, headers } = await request('', {}, 'HEAD');
    assert.deepEqual([status, headers.get('content-type')], [200, 'text/event-stream']);
    assert.equal(app.streams.size, 0);
  });
});
