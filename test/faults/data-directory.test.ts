/** Files of a data directory that are missing, swapped or strange: `annals check` names each, and so does the server. */
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpackFormat1 } from '../../src/store/segmented/format-1.fixture.ts';
import { ServerProcess } from '../server-process.fixture.ts';
import { temporary } from '../verify/recorded-log.fixture.ts';
import { annals } from '../verify/run-command.fixture.ts';

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
    assert.match(server.output, /"level":40,.*segments\/notes\.txt is unknown: it is not in the/);
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
