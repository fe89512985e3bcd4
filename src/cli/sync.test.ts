import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import { minute, parseInstant } from '../core/micros.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import { run } from './run.ts';

const noon = parseInstant('2026-06-20T12:00:00Z') as number;
const createdAt = '2026-06-20T11:00:00Z';
const signal = new AbortController().signal;
let now = noon;
let cwd = '';

const app = new TestApp({ clock: () => now });
let key = '';
let otherKey = '';

const record = (eventID: string) =>
  app.json('POST', '/v1/audit/events', { key, body: { eventID, createdAt, action: 'GET' } });

before(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'annals-sync-test-'));
  key = await app.key('org-admin', await app.organisation());
  otherKey = await app.key('org-admin', await app.organisation());
  await record('one');
  await record('two');
});
after(() => rm(cwd, { recursive: true }));

async function annals(line: string, change: Partial<CliContext> = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = { stdout: '', stderr: '' };
  stdout.on('data', (text) => {
    said.stdout += text;
  });
  stderr.on('data', (text) => {
    said.stderr += text;
  });
  const code = await run(line.split(' '), {
    env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
    stdin: Readable.from([]),
    stdout,
    stderr,
    clock: () => now,
    random: (bytes) => void bytes.fill(7),
    fetch: async (input, init) => app.serve(new Request(input, init), {}),
    sleep: async () => undefined,
    signal,
    cwd,
    home: cwd,
    ...change,
  });
  return { code, ...said };
}

const idsIn = async (name: string) =>
  (await readFile(join(cwd, name), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { eventID: string }).eventID)
    // What the server notes of its own is brought too.
    .filter((id) => ['one', 'two', 'late'].includes(id));

describe('annals sync', () => {
  it('into a directory brings each event once', async () => {
    const first = await annals('sync --to trail --json');
    assert.equal(first.code, exitCodes.complete, first.stderr);
    assert.equal(JSON.parse(first.stdout).deep, true);
    await record('late');
    now += 40 * minute;
    await annals('sync --to trail --lookback 2h');
    const day = 'trail/audit-logs-2026-06-20.ndjson';
    assert.deepEqual(await idsIn(day), ['one', 'two', 'late']);
    const visible = (await readdir(join(cwd, 'trail'))).filter((name) => !name.startsWith('.'));
    assert.deepEqual(visible, ['audit-logs-2026-06-20.ndjson']);
  });

  it('into a server records them under their ids', async () => {
    const line = `sync --to http://annals.test --to-token ${otherKey}`;
    assert.equal((await annals(line)).code, exitCodes.complete);
    assert.equal((await annals(line)).code, exitCodes.complete);
    const { totalItems } = await app.json<{ totalItems: number }>('GET', '/v1/audit?action=GET', {
      key: otherKey,
    });
    assert.equal(totalItems, 3);
  });

  it('leaves out the own records of a server where the target is one', async () => {
    const system = '/v1/audit?includeSystemServices=true&limit=1000';
    const list = () =>
      app.json<{ items: { action: string; details?: { refused?: string } }[] }>('GET', system, {
        key: otherKey,
      });
    await app.ownRecords.flush();
    const { items } = await list();
    assert.deepEqual(
      items.filter(({ details }) => details?.refused !== undefined),
      [],
    );
    assert.equal(items.filter(({ action }) => action === 'GET').length, 3);
  });

  it('refuses an Annals server as a trail of a vendor’s, and says how it is read', async () => {
    for (const source of ['thalassa', 'upcloud', 'cockroachdb']) {
      const vendor = `sync --source ${source} --api http://annals.test --token ${key}`;
      for (const target of [`as-${source}`, `http://annals.test --to-token ${otherKey}`]) {
        const { code, stderr } = await annals(`${vendor} --to ${target}`);
        assert.equal(code, exitCodes.usage, stderr);
        assert.match(
          stderr,
          /it is an Annals server.*Use --source annals --api http:\/\/annals.test/,
        );
      }
    }
    const { items } = await app.json<{ items: { eventID: string }[] }>('GET', '/v1/audit', {
      key: otherKey,
    });
    assert.equal(items.length, 3);
  });

  it('follows until it is stopped, and survives failures that pass', async () => {
    const stop = new AbortController();
    let looks = 0;
    const { code, stderr } = await annals('sync --to followed --follow --every 10s', {
      signal: stop.signal,
      sleep: async (milliseconds) => {
        if (milliseconds !== 10_000) return;
        looks += 1;
        if (looks === 3) {
          stop.abort();
          throw new Error('stopped');
        }
      },
      fetch: async (input, init) =>
        looks === 1
          ? new Response('<html>', { status: 502 })
          : app.serve(new Request(input, init), {}),
    });
    assert.equal(code, exitCodes.complete);
    assert.match(stderr, /answered 502.*next pass in 10 s/);
    assert.deepEqual(await idsIn('followed/audit-logs-2026-06-20.ndjson'), ['one', 'two', 'late']);
  });

  it('exits with 3 when its source stays away, and with 2 for a wrong span', async () => {
    const fetch = () => Promise.reject(new Error('away'));
    assert.equal((await annals('sync --to away', { fetch })).code, exitCodes.incomplete);
    assert.equal((await annals('sync --to away --lookback soon')).code, exitCodes.usage);
  });
});
