import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import type { AuditEvent } from '../core/event.ts';
import { hour, parseInstant } from '../core/micros.ts';
import { formatVerifierKey } from '../integrity/keys.ts';
import type { EventStore, ListQuery } from '../store/event-store.ts';
import { createMemoryStore } from '../store/memory/store.ts';
import { exitCodes } from './cli-context.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

const began = parseInstant('2026-06-01T00:00:00Z') as number;

/** A store that drops from the middle of an export: before the page of that number is read. */
function dropping(page: number, drop: (store: EventStore) => Promise<void>): EventStore {
  const memory = createMemoryStore();
  let pages = 0;
  return new Proxy(memory, {
    get(target, property, proxy) {
      if (property === 'withSignal') return () => proxy;
      const value = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      if (property !== 'list' && property !== 'listLines') return value.bind(target);
      return async (organisation: string, query: ListQuery, ...rest: unknown[]) => {
        if (query.limit > 100) pages += 1;
        if (pages === page) await drop(memory);
        return value.call(memory, organisation, query, ...rest);
      };
    },
  });
}

/** A log with an event every hour, the time being that of the last one. */
async function openLog(events: number, store = createMemoryStore(), description = '') {
  let now = began;
  const app = new TestApp({ store, clock: () => now });
  const organisation = await app.organisation();
  const { identity } = organisation;
  const key = await app.key('org-auditor', organisation);
  let recorded = 0;
  const record = async (count: number) => {
    for (const end = recorded + count; recorded < end; recorded += 1) {
      now = began + recorded * hour;
      await app.ledger.record(identity, [{ eventID: `e-${recorded}`, action: 'a', description }]);
    }
  };
  await record(events);
  const drop = (to: number) => store.drop([{ organisation: identity, from: 0, to }]);
  const annals = (line: string, cwd: string) =>
    runCommand(line.split(' '), {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      clock: () => now,
      fetch: fetchFrom(app),
      cwd,
      home: cwd,
    });
  return { app, key, record, drop, annals, verifier: formatVerifierKey(app.verifierKey) };
}

interface Manifest {
  readonly complete: boolean;
  readonly entries: number;
  readonly keptFrom?: number;
}

describe('a log whose beginning was dropped', () => {
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'annals-dropped-'));
  });
  after(() => rm(cwd, { recursive: true }));
  const manifestOf = async (name: string): Promise<Manifest> => {
    const { complete, entries, keptFrom } = JSON.parse(
      await readFile(join(cwd, `${name}.manifest.json`), 'utf8'),
    );
    return { complete, entries, keptFrom };
  };

  it('is exported as far as it is there, and the manifest says what is not', async () => {
    const { drop, annals } = await openLog(100);
    await drop(40);
    const all = await annals('export --from 2026-06-01 --output all.json', cwd);
    assert.equal(all.code, exitCodes.complete, all.stderr);
    assert.match(all.stderr, /before sequence 40 are missing: the server had dropped them/);
    assert.deepEqual(await manifestOf('all'), { complete: true, entries: 60, keptFrom: 40 });
    const later = await annals('export --from 2026-06-03 --output later.json', cwd);
    assert.doesNotMatch(later.stderr, /dropped/);
    assert.deepEqual(await manifestOf('later'), {
      complete: true,
      entries: 52,
      keptFrom: undefined,
    });
    const piped = await annals('export --from 2026-06-01 --output -', cwd);
    assert.match(piped.stderr, /before sequence 40 are missing/);
  });

  it('is proved as far as it is there', async () => {
    const { drop, annals, verifier } = await openLog(600);
    await drop(333);
    const flags = '--from 2026-06-01 --include-system-services --proof --output proved.json';
    const exported = await annals(`export ${flags}`, cwd);
    assert.equal(exported.code, 0, exported.stderr);
    const verified = await annals(`verify proved.json --key ${verifier}`, cwd);
    assert.equal(verified.code, 0, verified.stdout);
    assert.match(verified.stdout, /sequences 333 to \d+, nothing between them left out/);
    assert.match(verified.stdout, /the server had dropped the events before sequence 333/);
    assert.match(verified.stdout, /PROVED/);
    const answer = JSON.parse(
      (await annals(`verify proved.json --key ${verifier} --json`, cwd)).stdout,
    );
    assert.equal(answer.exports[0].keptFrom, 333);
  });

  it('is exported and proved while more of it is dropped', async () => {
    let organisation = '';
    const store = dropping(2, (memory) => memory.drop([{ organisation, from: 0, to: 1_500 }]));
    const { app, drop, annals, verifier } = await openLog(2_200, store);
    [{ identity: organisation } = { identity: '' }] = app.accounts.organisations();
    await drop(100);
    const exported = await annals('export --from 2026-06-01 --proof --output growing.json', cwd);
    assert.equal(exported.code, 0, exported.stderr);
    const { entries, keptFrom } = await manifestOf('growing');
    assert.equal(keptFrom, 1_500);
    assert.ok(entries > 700 && entries < 2_100, `${entries} events`);
    const verified = await annals(`verify growing.json --key ${verifier}`, cwd);
    assert.match(verified.stdout, /a selection from sequences 100 to 2,199/);
    assert.equal(verified.code, 0, verified.stdout);
  });

  it('is synced, and what was dropped in between is reported once', async () => {
    const { record, drop, annals } = await openLog(50);
    await drop(10);
    const sync = () => annals('sync --to trail --since 365d --json', cwd);
    const first = await sync();
    assert.equal(first.code, exitCodes.complete, first.stderr);
    const { new: brought } = JSON.parse(first.stdout);
    await record(100);
    await drop(130);
    const second = await sync();
    assert.equal(second.code, exitCodes.incomplete);
    const { missed } = JSON.parse(second.stdout);
    assert.equal(missed.to, 130);
    assert.ok(missed.from >= 10 + brought, `${brought} of ${missed.from}`);
    assert.match(second.stderr, /dropped sequences \d+ to 129 before they were brought/);
    const third = await sync();
    assert.deepEqual([third.code, third.stderr.includes('dropped')], [0, false]);
  });

  it('is synced for the first time while more of it is dropped, and that is reported', async () => {
    let organisation = '';
    const store = dropping(2, (memory) => memory.drop([{ organisation, from: 0, to: 1_500 }]));
    const { app, drop, annals } = await openLog(2_000, store, 'x'.repeat(1_000));
    [{ identity: organisation } = { identity: '' }] = app.accounts.organisations();
    await drop(100);
    const first = await annals('sync --to meanwhile --since 1y --json', cwd);
    assert.equal(first.code, exitCodes.incomplete, first.stderr);
    assert.deepEqual(JSON.parse(first.stdout).missed, { from: 100, to: 1_500 });
  });

  it('is followed, and what was missed is reported', async () => {
    const { app, key, record, drop } = await openLog(5);
    const stop = new AbortController();
    let pauses = 0;
    const { stdout, stderr } = await runCommand(['tail', '--json'], {
      env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
      signal: stop.signal,
      fetch: fetchFrom(app),
      sleep: async () => {
        pauses += 1;
        if (pauses === 1) {
          await record(10);
          await drop(12);
          return;
        }
        stop.abort();
        throw stop.signal.reason;
      },
    });
    const lines = stdout.trim().split('\n');
    const ids = lines.map((line) => (JSON.parse(line) as AuditEvent).eventID);
    assert.ok(ids.includes('e-4') && ids.includes('e-14') && !ids.includes('e-7'), `${ids}`);
    assert.match(stderr, /^sequences \d to 11 were dropped by the server before they were read\n$/);
  });
});
