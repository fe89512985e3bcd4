import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from './server-process.ts';

const rounds = Number(process.env.ANNALS_KILL_ROUNDS ?? 5);
const producers = 8;

interface Exported {
  readonly eventID: string;
  readonly sequence: number;
  readonly details: { readonly n: number };
}

describe('killing the server with -9 while producers record', () => {
  it('loses no acknowledged event and doubles none when they repeat', async () => {
    await using server = await ServerProcess.start();
    const organisations = [await server.organisation('one'), await server.organisation('two')];
    const acknowledged = organisations.map(() => new Set<string>());
    let n = 0;

    /** Sends batches until the server is gone; the batch without an answer is sent again in the next round. */
    const unanswered = new Array<object[] | undefined>(producers);
    const produce = async (producer: number) => {
      const place = producer % organisations.length;
      for (;;) {
        const events =
          unanswered[producer] ??
          Array.from({ length: 1 + (producer % 3) * 20 }, () => {
            n += 1;
            return { eventID: `evt-${n}`, action: 'test', details: { n } };
          });
        unanswered[producer] = events;
        try {
          await server.json('POST', '/v1/audit/events', organisations[place]!.key, { events });
        } catch {
          return;
        }
        unanswered[producer] = undefined;
        for (const { eventID } of events as { eventID: string }[])
          acknowledged[place]!.add(eventID);
      }
    };

    for (let round = 0; round < rounds; round += 1) {
      const producing = Array.from({ length: producers }, (_, producer) => produce(producer));
      await sleep(100 + Math.random() * 400);
      await server.end('SIGKILL');
      await Promise.all(producing);
      await server.start();
    }

    for (const [place, { key }] of organisations.entries()) {
      const response = await fetch(`${server.url}/v1/audit/export?format=ndjson`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      const lines = (await response.text()).trimEnd().split('\n');
      const events = lines.map((line) => JSON.parse(line) as Exported);
      const ids = new Set(events.map(({ eventID }) => eventID));
      assert.equal(ids.size, events.length, 'no event twice');
      for (const id of acknowledged[place]!) assert.ok(ids.has(id), `${id} was acknowledged`);
      for (const { eventID, details } of events) assert.equal(eventID, `evt-${details.n}`);
      const all = await server.json<{ items: { sequence: number }[]; nextSequence: number }>(
        'GET',
        '/v1/audit?fromSequence=0&limit=1000&includeSystemServices=true',
        key,
      );
      assert.deepEqual(
        all.items.map(({ sequence }) => sequence),
        all.items.map((_, sequence) => sequence),
        'no gap in the log',
      );
    }
    assert.ok(acknowledged[0]!.size > 0 && acknowledged[1]!.size > 0);
  });
});

describe('telling the server to stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`by ${signal} finishes what was accepted and leaves with 0`, async () => {
      await using server = await ServerProcess.start();
      const { key } = await server.organisation('one');
      const events = Array.from({ length: 500 }, (_, n) => ({
        eventID: `evt-${n}`,
        action: 'test',
      }));
      const recording = server.json<{ accepted: number }>('POST', '/v1/audit/events', key, {
        events,
      });
      await sleep(5);
      const code = server.end(signal);
      const accepted = await recording.then(
        (receipt) => receipt.accepted,
        () => 0,
      );
      assert.equal(await code, 0);
      await server.start();
      const list = await server.json<{ totalItems: number }>('GET', '/v1/audit', key);
      assert.equal(list.totalItems, accepted);
    });
  }
});

describe('a second server on the same data', () => {
  it('is refused with a sentence, and the first goes on', async () => {
    await using server = await ServerProcess.start();

    const second = spawnSync(
      process.execPath,
      ['bin/annals.js', 'serve', '--data', server.data, '--port', '0'],
      {
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    assert.equal(second.status, 1, second.stderr);
    assert.match(second.stderr, /annals: .*(another|in use|already)/);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  });
});

describe('a first start that fails', () => {
  it('leaves the operator’s key to be shown by the next one', async () => {
    await using taken = await ServerProcess.start();
    const data = `${taken.data}-second`;
    const serve = (port: string) =>
      spawnSync(process.execPath, ['bin/annals.js', 'serve', '--data', data, '--port', port], {
        encoding: 'utf8',
        timeout: 5_000,
      });
    try {
      const refused = serve(new URL(taken.url).port);
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, /something listens there already/);
      assert.match(serve('0').stdout, /operator's key, shown this once: annals_/);
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  });
});

describe('the data directory', () => {
  it('is for its owner alone, file by file', async () => {
    await using server = await ServerProcess.start();
    await server.organisation('acme');
    const entries = await readdir(server.data, { recursive: true });
    assert.ok(entries.length > 3);
    for (const entry of entries) {
      const { mode } = await stat(join(server.data, entry));
      assert.equal(mode & 0o077, 0, entry);
    }
  });
});
