import assert from 'node:assert/strict';
import diagnostics from 'node:diagnostics_channel';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { temporary } from '../verify/recorded-log.fixture.ts';
import { createKey, sendRequest, startInProcessServer } from './in-process-server.fixture.ts';

describe('a reader thread that dies under a server', () => {
  it('costs the questions it had, and those that follow are answered', async () => {
    const readers: Worker[] = [];
    const remember = (message: unknown) => {
      const { worker } = message as { worker: Worker };
      if (worker.threadName === 'event store reader') readers.push(worker);
    };
    diagnostics.subscribe('worker_threads', remember);
    await using place = await temporary();
    const server = await startInProcessServer(join(place.path, 'data'));
    const key = await createKey(server);
    const events = Array.from({ length: 2_000 }, (_, n) => ({
      eventID: `evt-${n}`,
      action: 'test',
      description: 'some words',
    }));
    await sendRequest(server, key, '/v1/audit/events', { events });
    const list = () => sendRequest(server, key, '/v1/audit?searchText=word&limit=1');
    const total = async () => (JSON.parse(await list()) as { totalItems: number }).totalItems;
    assert.equal(await total(), events.length);

    const asked = Array.from({ length: 8 }, list);
    const exporting = sendRequest(server, key, '/v1/audit/export?format=ndjson');
    const died = [...readers];
    assert.ok(died.length > 0);
    await Promise.all(died.map((reader) => reader.terminate()));
    for (const outcome of await Promise.allSettled(asked)) {
      if (outcome.status === 'rejected') {
        assert.match(String(outcome.reason), /503 .*The event store reader thread is gone/);
      } else assert.equal((JSON.parse(outcome.value) as { totalItems: number }).totalItems, 2_000);
    }
    const lines = await exporting.then(
      (text) => text.trimEnd().split('\n').length,
      () => undefined,
    );
    assert.ok(lines === undefined || lines === events.length, 'never a part that looks whole');

    assert.equal(await total(), events.length);
    await sendRequest(server, key, '/v1/audit/events', {
      action: 'test',
      description: 'another word',
    });
    assert.equal(await total(), events.length + 1);
    const exported = await sendRequest(server, key, '/v1/audit/export?format=ndjson');
    assert.equal(exported.trimEnd().split('\n').length, events.length + 1);
    await server.stop();
    diagnostics.unsubscribe('worker_threads', remember);
  });
});
