/** Files of a data directory that are missing, swapped or strange: `annals check` names each, and so does the server. */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/core/micros.ts';
import { readInstallation } from '../../src/runtime/database-identity.ts';
import type { RunningServer } from '../../src/server/server.ts';
import { unpackFormat1 } from '../../src/store/segmented/format-1.fixture.ts';
import { ServerProcess } from '../server-process.fixture.ts';
import { temporary } from '../verify/recorded-log.fixture.ts';
import { annals } from '../verify/run-command.fixture.ts';
import { createKey, sendRequest, startInProcessServer } from './in-process-server.fixture.ts';

const wrongKinds = ['damaged', 'missing', 'replaced', 'unknown'] as const;
type Checked = { readonly files: number } & Record<
  (typeof wrongKinds)[number],
  { file: string; problem: string }[]
>;

async function check(data: string) {
  const { code, stdout } = await annals('/', 'check', '--data', data, '--json');
  const checked = JSON.parse(stdout) as Checked;
  const wrong = wrongKinds.flatMap((kind) => checked[kind].map(({ file }) => `${kind} ${file}`));
  return { code, files: checked.files, wrong };
}

/** A server with some sealed segments. */
async function filled(): Promise<ServerProcess> {
  const server = await ServerProcess.start(['--segment-events', '1000', '--log-level', 'warn']);
  const { key } = await server.organisation('acme');
  for (let batch = 0; batch < 4; batch += 1) {
    const events = Array.from({ length: 900 }, (_, n) => ({
      action: `batch.${batch}`,
      details: { n },
    }));
    await server.json('POST', '/v1/audit/events', key, { events });
  }
  const sealed = () =>
    readdirSync(join(server.data, 'segments')).filter((f) => f.endsWith('.segment'));
  while (sealed().length < 3) await sleep(10);
  return server;
}

/** What the server says when it does not start. */
async function refusal(server: ServerProcess): Promise<string> {
  let said = '';
  await server.start().catch((error: Error) => {
    said = error.message;
  });
  assert.notEqual(said, '', 'the server has started');
  return said;
}

describe('the files of a data directory', () => {
  it('are compared with the catalogue by annals check, while the server runs and when it does not', async () => {
    await using server = await filled();
    const path = (file: string) => join(server.data, file);
    const running = await check(server.data);
    assert.deepEqual([running.code, running.wrong], [0, []]);
    assert.ok(running.files >= 7, 'segments, ids, and three databases');
    await server.end('SIGTERM');
    const before = readdirSync(server.data, { recursive: true }).toSorted();
    const stopped = await check(server.data);
    assert.deepEqual([stopped.code, stopped.wrong], [0, []]);
    assert.deepEqual(readdirSync(server.data, { recursive: true }).toSorted(), before);

    renameSync(path('segments/000000.segment'), path('aside'));
    copyFileSync(path('segments/000002.segment'), path('segments/000001.segment'));
    rmSync(path('segments/000003.db'));
    rmSync(path('checkpoints.db'));
    copyFileSync(path('annals.db'), path('accounts'));
    copyFileSync(path('store.db'), path('annals.db'));
    writeFileSync(path('segments/000007.segment'), 'strange');
    const { code, wrong } = await check(server.data);
    assert.equal(code, 1);
    assert.deepEqual(wrong, [
      'missing segments/000000.segment',
      'missing segments/000003.db',
      'missing checkpoints.db',
      'replaced segments/000001.segment',
      'replaced annals.db',
      'unknown segments/000007.segment',
    ]);
    const said = await refusal(server);
    for (const sentence of [
      'segments/000000.segment is missing',
      'segments/000001.segment is another file than the one that was written',
      'segments/000003.db is missing',
      'annals.db (organisations, keys and settings) is another database',
      'checkpoints.db (the checkpoints that show whether a log was set back) is missing',
    ]) {
      assert.ok(said.includes(sentence), said);
    }
    assert.ok(
      readdirSync(server.data).every((file) => file !== 'checkpoints.db'),
      'none is begun',
    );
  });

  it('are named at the start when they are strange, and the server runs', async () => {
    await using server = await filled();
    await server.end('SIGKILL');
    writeFileSync(join(server.data, 'segments', 'notes.txt'), 'strange');
    await server.start();
    assert.match(
      server.output,
      /"level":"warn",.*segments\/notes\.txt is unknown: it is not in the/,
    );
  });

  it('do without a lost archive of checkpoints when that is said, once', async () => {
    await using server = await filled();
    await server.end('SIGTERM');
    rmSync(join(server.data, 'checkpoints.db'));
    const said = await refusal(server);
    const [, loss = ''] = /start once with (--accept-loss checkpoints\.db=[0-9a-f]{8})/.exec(said)!;
    await using again = await ServerProcess.on(server.data, loss.split(' '));
    const { wrong } = await check(server.data);
    assert.deepEqual(wrong, []);
    await again.end('SIGTERM');
    rmSync(join(server.data, 'checkpoints.db'));
    assert.match(await refusal(again), /checkpoints\.db .* is missing/);
  });

  it('of format 1 are not taken without the accounts and checkpoints that belong to the events', async () => {
    await using place = await temporary();
    unpackFormat1(place.path);
    for (const name of ['annals.db', 'checkpoints.db']) rmSync(join(place.path, name));
    const said = await startInProcessServer(place.path).then(
      () => 'it has started',
      (error: Error) => error.message,
    );
    assert.match(said, /annals\.db \(organisations, keys and settings\) is missing/);
    assert.match(said, /checkpoints\.db \([^)]+\) is missing/);
    assert.match(
      said,
      /start once with --accept-loss annals\.db=([0-9a-f]{8}),checkpoints\.db=\1$/,
    );
    assert.ok(!readdirSync(place.path).includes('annals.db'), 'none is begun');
    const { code, wrong } = await check(place.path);
    assert.deepEqual([code, wrong], [1, ['missing annals.db', 'missing checkpoints.db']]);
    const [, acceptLoss = ''] = /--accept-loss (\S+)$/.exec(said)!;
    await (await startInProcessServer(place.path, systemClock, { acceptLoss })).stop();
    assert.deepEqual((await check(place.path)).wrong, []);
  });

  it('of format 1 are upgraded and served', async () => {
    await using place = await temporary();
    const { keys, exported } = unpackFormat1(place.path);
    await using server = await ServerProcess.on(place.path);
    for (const [slug, before] of Object.entries(exported)) {
      const response = await fetch(
        `${server.url}/v1/audit/export?format=ndjson&includeSystemServices=true`,
        {
          headers: { Authorization: `Bearer ${keys[slug as 'acme']}` },
        },
      );
      const text = await response.text();
      assert.equal(text.slice(0, before.length), before, slug);
    }
    await server.json('POST', '/v1/audit/events', keys.acme, { action: 'after' });
    assert.deepEqual((await check(place.path)).wrong, []);
    await server.end('SIGKILL');
    assert.deepEqual((await check(place.path)).wrong, []);
    await server.start();
    await server.end('SIGTERM');
  });
});

describe('the databases of one data directory', () => {
  /** A log of two events that were signed, and no server. */
  async function recorded(data: string): Promise<string> {
    const server = await startInProcessServer(data);
    const key = await createKey(server);
    await record(server, key);
    await server.stop();
    return key;
  }
  const record = async (server: RunningServer, key: string) => {
    await sendRequest(server, key, '/v1/audit/events', { events: [{ action: 'a' }] });
    await sendRequest(server, key, '/v1/audit/checkpoint');
  };
  const refusalOf = (data: string, flags = {}) =>
    startInProcessServer(data, systemClock, flags).then(
      async (server) => {
        await server.stop();
        return 'it has started';
      },
      (error: Error) => error.message,
    );

  it('carry its id, so that those of another are known', async () => {
    await using place = await temporary();
    const [one, other] = [join(place.path, 'one'), join(place.path, 'other')];
    await recorded(one);
    await recorded(other);
    const names = ['annals.db', 'checkpoints.db', 'newest-checkpoints.db'];
    const ids = (data: string) => names.map((name) => hex(readInstallation(join(data, name))));
    assert.equal(new Set(ids(one)).size, 1);
    assert.notEqual(ids(one)[0], ids(other)[0]);
    copyFileSync(join(other, 'annals.db'), join(one, 'annals.db'));
    assert.match(await refusalOf(one), /annals\.db \([^)]+\) is another database/);
  });

  it('are not begun with when the store is gone', async () => {
    await using place = await temporary();
    await recorded(place.path);
    for (const name of ['store.db', 'segments', 'ids']) {
      rmSync(join(place.path, name), { recursive: true });
    }
    for (let attempt = 0; attempt < 2; attempt += 1) {
      assert.match(
        await refusalOf(place.path),
        /store\.db and the segments are missing, but there is annals\.db and checkpoints\.db\. Restore/,
      );
    }
  });

  it('keep the newest checkpoint twice: a log that was set back is found without the archive', async () => {
    await using place = await temporary();
    const data = join(place.path, 'data');
    const key = await recorded(data);
    cpSync(join(data, 'segments'), join(place.path, 'segments'), { recursive: true });
    const server = await startInProcessServer(data);
    await record(server, key);
    await server.stop();
    rmSync(join(data, 'checkpoints.db'));
    const said = await refusalOf(data);
    const [, acceptLoss] = /--accept-loss (\S+)$/.exec(said)!;
    cpSync(join(place.path, 'segments'), join(data, 'segments'), { recursive: true });
    assert.match(await refusalOf(data, { acceptLoss }), /The log of acme \(.+\) was rolled back/);
  });

  it('show when the archive of checkpoints was set back, and can do without', async () => {
    await using place = await temporary();
    const data = join(place.path, 'data');
    const archive = join(data, 'checkpoints.db');
    const key = await recorded(data);
    copyFileSync(archive, join(place.path, 'older.db'));
    let server = await startInProcessServer(data);
    await record(server, key);
    await server.stop();
    copyFileSync(join(place.path, 'older.db'), archive);
    assert.deepEqual((await check(data)).wrong, ['damaged checkpoints.db']);
    const said = await refusalOf(data);
    assert.match(
      said,
      /checkpoints\.db lacks the checkpoint of \d events of .+, which newest-check/,
    );
    const [, acceptLoss = ''] = /--accept-loss (\S+)$/.exec(said)!;
    server = await startInProcessServer(data, systemClock, { acceptLoss });
    await record(server, key);
    await server.stop();
    assert.deepEqual((await check(data)).wrong, []);
    // Without the copy the archive is whole, and the copy is created again.
    rmSync(join(data, 'newest-checkpoints.db'));
    assert.equal(await refusalOf(data), 'it has started');
    assert.ok(readdirSync(data).includes('newest-checkpoints.db'));
  });
});

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
