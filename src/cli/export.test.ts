import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { TestApp } from '../api/app.fixture.ts';
import { day, formatInstant, type Micros, parseInstant } from '../core/micros.ts';
import { parseCsv } from '../export/read-csv.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import { run } from './run.ts';

const now = parseInstant('2026-06-20T12:00:00Z') as Micros;
const app = new TestApp({ clock: () => now });
let key = '';
let writer = '';
let cwd = '';

const drafts = Array.from({ length: 30 }, (_, number) => ({
  eventID: `e${String(number).padStart(2, '0')}`,
  // Three a day from the 10th to the 19th, with none on the 15th.
  createdAt: formatInstant(
    now -
      10 * day +
      (Math.floor(number / 3) * day + (number % 3)) -
      (number >= 15 && number < 18 ? day : 0),
  ),
  action: number % 2 === 0 ? 'DELETE' : 'kms.decrypt',
  description: `=cmd, "event" ${number}\n`,
  context: { status: number % 5 === 0 ? 404 : 200 },
  details: { number, nested: { text: 'é' } },
}));

before(async () => {
  const organisation = await app.organisation();
  key = await app.key('org-auditor', organisation);
  writer = await app.key('writer', organisation);
  await app.json('POST', '/v1/audit/events', { key: writer, body: { events: drafts } });
  cwd = await mkdtemp(join(tmpdir(), 'annals-export-test-'));
});
after(() => rm(cwd, { recursive: true }));

async function annals(line: string, change: Partial<CliContext> = {}) {
  const stdout = new PassThrough();
  let errors = '';
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      errors += chunk;
      done();
    },
  });
  const chunks: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await run(line.split(' '), {
    env: { ANNALS_API: 'http://annals.test', ANNALS_KEY: key },
    stdin: Readable.from([]),
    stdout,
    stderr,
    clock: () => now,
    random: (bytes) => void bytes.fill(7),
    fetch: async (input, init) => app.serve(new Request(input, init), {}),
    sleep: async () => undefined,
    signal: new AbortController().signal,
    cwd,
    home: cwd,
    ...change,
  });
  return { code, stdout: Buffer.concat(chunks).toString(), stderr: errors };
}

const read = (name: string) => readFile(join(cwd, name), 'utf8');
const ids = (text: string) =>
  (JSON.parse(text) as { eventID: string }[]).map((each) => each.eventID);
const all = drafts.map(({ eventID }) => eventID);
const window = '--from 2026-06-10 --to 2026-06-19';

describe('annals export', () => {
  it('writes one file of all events, oldest first, and a manifest that is right about it', async () => {
    const { code, stdout, stderr } = await annals(`export ${window}`);
    assert.deepEqual({ code, stdout }, { code: exitCodes.complete, stdout: '' });
    assert.match(stderr, /30 entries in 1 file/);
    const name = 'audit-logs-2026-06-10--2026-06-19';
    const text = await read(`${name}.json`);
    assert.deepEqual(new Set(ids(text)), new Set(all));
    const manifest = JSON.parse(await read(`${name}.manifest.json`));
    assert.equal(manifest.complete, true);
    assert.equal(manifest.files[0].bytes, Buffer.byteLength(text));
    assert.equal(manifest.files[0].entries, 30);
    assert.equal((await stat(join(cwd, `${name}.json`))).mode & 0o777, 0o600);
    assert.deepEqual(
      (await readdir(cwd)).filter((each) => each.startsWith('.')),
      [],
    );
  });

  it('writes a file a day, an empty one too', async () => {
    await annals(`export ${window} --daily --output days/`);
    const names = (await readdir(join(cwd, 'days'))).sort();
    assert.equal(names.length, 11);
    assert.equal(await read('days/audit-logs-2026-06-15.json'), '[]\n');
    assert.deepEqual(ids(await read('days/audit-logs-2026-06-10.json')), ['e00', 'e01', 'e02']);
  });

  it('with --skip-empty writes no file for an empty day, and says in the manifest which were empty', async () => {
    const june = 'export --from 2026-06-05 --to 2026-06-11 --daily --output some/';
    assert.equal((await annals(june)).code, exitCodes.complete);
    const skipping = `${june} --skip-empty --overwrite`;
    const { code, stderr } = await annals(skipping);
    assert.equal(code, exitCodes.complete);
    assert.match(stderr, /entries in 2 files, 5 empty periods without one, /);
    const manifestName = 'audit-logs-2026-06-05--2026-06-11.manifest.json';
    // The empty files that were there before are gone too.
    assert.deepEqual((await readdir(join(cwd, 'some'))).sort(), [
      manifestName,
      'audit-logs-2026-06-10.json',
      'audit-logs-2026-06-11.json',
    ]);
    const manifest = JSON.parse(await read(`some/${manifestName}`));
    assert.deepEqual(
      [manifest.complete, manifest.filesExpected, manifest.files.length],
      [true, 2, 2],
    );
    assert.equal(manifest.emptyPeriods.length, 5);
    assert.deepEqual(manifest.emptyPeriods[0], {
      from: '2026-06-05T00:00:00.000000Z',
      to: '2026-06-06T00:00:00.000000Z',
    });
    assert.match((await annals(`${june} --skip-empty --resume`)).stderr, /Nothing to do/);
    const whole = await annals('export --since 1d --skip-empty');
    assert.equal(whole.code, exitCodes.usage);
    assert.match(whole.stderr, /Cannot use --skip-empty alone: it needs --daily, --weekly or/);
  });

  it('puts the period before the extension of a given name', async () => {
    await annals(`export ${window} --monthly --output named/trail.ndjson`);
    assert.equal((await read('named/trail-2026-06.ndjson')).split('\n').length, 31);
    assert.ok((await readdir(join(cwd, 'named'))).includes('trail.manifest.json'));
  });

  it('writes only data to stdout', async () => {
    const { code, stdout, stderr } = await annals(`export ${window} --output - --action DELETE`);
    assert.equal(code, exitCodes.complete);
    assert.equal(ids(stdout).length, 15);
    assert.match(stderr, /15 entries/);
    const quiet = await annals(`export ${window} --output - --quiet`);
    assert.equal(quiet.stderr, '');
  });

  it('narrows by each filter, and by two together', async () => {
    const count = async (flags: string) => {
      const { stdout } = await annals(
        `export ${window} --output - --format ndjson --quiet ${flags}`,
      );
      return stdout.split('\n').length - 1;
    };
    assert.equal(await count('--response-status 404'), 6);
    assert.equal(await count('--response-status 404 --action kms.decrypt'), 3);
    assert.equal(await count('--action DELETE,kms.decrypt'), 30);
    assert.equal(await count('--search-text EVENT'), 30);
    assert.equal(await count('--not action=delete'), 15);
    assert.equal(await count('--not response-status=404 --not search-text=event'), 0);
    assert.equal(await count('--outcome failure --response-status 404,500'), 6);
    assert.equal(await count('--resource-type none'), 0);
  });

  it('writes CSV that has every event whole and no formula', async () => {
    await annals(`export ${window} --output table.csv`);
    const rows: string[][] = [];
    for await (const row of parseCsv([await read('table.csv')])) rows.push(row);
    assert.equal(rows.length, 31);
    const column = rows[0]?.indexOf('event') ?? -1;
    const description = rows[0]?.indexOf('description') ?? -1;
    for (const row of rows.slice(1)) {
      assert.equal(row.length, rows[0]?.length);
      assert.ok(row[description]?.startsWith("'="));
      assert.equal(JSON.parse(row[column] ?? '').description.startsWith('=cmd'), true);
    }
  });

  it('writes the object of tcloud with --envelope', async () => {
    await annals(`export ${window} --envelope tcloud --daily --output envelope/`);
    const object = JSON.parse(await read('envelope/audit-logs-2026-06-10.json'));
    assert.deepEqual(Object.keys(object), [
      'chunk',
      'exportedAt',
      'logs',
      'timeRange',
      'totalLogs',
    ]);
    assert.deepEqual(object.chunk, { index: 1, total: 10 });
    assert.equal(object.totalLogs, 3);
    assert.equal(object.timeRange.startDate, '2026-06-10');
  });

  it('compresses, and says so in the name', async () => {
    await annals(`export ${window} --compress gzip --output packed.json`);
    await annals(`export ${window} --output packed.ndjson.zst`);
    assert.equal(
      ids(gunzipSync(await readFile(join(cwd, 'packed.json.gz'))).toString()).length,
      30,
    );
    const lines = zstdDecompressSync(await readFile(join(cwd, 'packed.ndjson.zst'))).toString();
    assert.equal(lines.split('\n').length, 31);
  });

  it('replaces a file only with --overwrite', async () => {
    await writeFile(join(cwd, 'mine.json'), 'mine');
    const rejected = await annals(`export ${window} --output mine.json`);
    assert.equal(rejected.code, exitCodes.usage);
    assert.match(rejected.stderr, /--overwrite/);
    assert.equal(await read('mine.json'), 'mine');
    await annals(`export ${window} --output mine.json --overwrite`);
    assert.equal(ids(await read('mine.json')).length, 30);
    const again = await annals(`export ${window} --output mine.json --resume`);
    assert.equal(again.code, exitCodes.complete);
    assert.match(again.stderr, /this export is complete/);
  });

  it('is another export with other values to leave out', async () => {
    const line = `export ${window} --output left.json --response-status 200 --not action=`;
    await annals(`${line}DELETE`);
    const { filters } = JSON.parse(await read('left.manifest.json'));
    assert.deepEqual(filters.asked, { responseStatus: 200, without: { actions: ['DELETE'] } });
    assert.match((await annals(`${line}DELETE --resume`)).stderr, /this export is complete/);
    for (const other of ['kms.decrypt', 'DELETE,kms.decrypt']) {
      const { code, stderr } = await annals(`${line}${other} --resume`);
      assert.equal(code, exitCodes.usage, stderr);
    }
  });

  it('is not complete for ever before its time range has ended', async () => {
    const ends = (output: string) => `export --from 2026-06-10 ${output}`;
    const early = await annals(ends('--to 2199-01-01 --output early.json'));
    assert.match(early.stderr, /ends in the future: events until 2199-01-02/);
    for (const again of ['--to 2199-01-01 --output early.json', '--output open.json']) {
      if (again.includes('open')) await annals(ends(again));
      const { code, stderr } = await annals(`${ends(again)} --resume`);
      assert.deepEqual([code, /--overwrite/.test(stderr)], [exitCodes.usage, true]);
    }
  });

  it('fails with one sentence where nothing can be created', async () => {
    for (const output of ['/proc/annals/', '/proc/annals/exports/all.json']) {
      const { code, stdout, stderr } = await annals(`export ${window} --output ${output}`);
      assert.equal(code, exitCodes.failed);
      assert.match(
        stderr,
        /annals: Cannot create \/proc\/annals\S*: nothing can be created in \/proc\n$/,
      );
      assert.equal(stdout, '');
    }
  });

  it('that cannot reach its source says how to continue, without the key', async () => {
    const fetch = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const line = `export ${window} --token ${key} --daily --output later/`;
    const { code, stderr } = await annals(line, { fetch });
    assert.equal(code, exitCodes.incomplete);
    assert.match(stderr, /Continue with: annals export .*--daily.* --resume\n$/);
    assert.ok(!stderr.includes(key));
    const [manifest = ''] = (await readdir(join(cwd, 'later'))).filter((each) =>
      each.includes('manifest'),
    );
    assert.equal(JSON.parse(await read(join('later', manifest))).complete, false);
    assert.equal((await annals(`${line} --resume`)).code, exitCodes.complete);
    assert.equal(JSON.parse(await read(join('later', manifest))).complete, true);
  });

  it('without permission exits with 4, and leaves no file', async () => {
    const env = { ANNALS_API: 'http://annals.test', ANNALS_KEY: writer };
    const before = await readdir(cwd);
    const { code, stderr } = await annals(`export ${window} --output no.json`, { env });
    assert.equal(code, exitCodes.notAllowed);
    assert.doesNotMatch(stderr, /Continue with/);
    assert.deepEqual(await readdir(cwd), before);
  });

  it('that is interrupted exits with 130', async () => {
    const controller = new AbortController();
    const fetch = async () => {
      controller.abort();
      throw new Error('aborted');
    };
    const { code } = await annals(`export ${window} --output cut.json`, {
      fetch,
      signal: controller.signal,
    });
    assert.equal(code, exitCodes.interrupted);
  });

  for (const line of [
    'export',
    'export --since 1month',
    'export --since 1d --from 2026-06-10',
    'export --from 2026-06-10 --timezone Mars/Olympus',
    'export --since 1d --daily --output -',
    'export --since 1d --format csv --envelope tcloud',
    'export --since 1d --page-size 0',
    'export --since 1d --source upcloud --token t --response-status 200',
  ]) {
    it(`rejects ${line} before anything is requested or written`, async () => {
      const before = await readdir(cwd);
      const fetch = () => Promise.reject(new Error('must send nothing'));
      const { code, stderr } = await annals(line, { fetch });
      assert.equal(code, exitCodes.usage);
      assert.match(stderr, /Cannot|must be/);
      assert.deepEqual(await readdir(cwd), before);
    });
  }

  it('that finds nothing says what there is, on stderr alone and not with --quiet', async () => {
    const misspelt = `export ${window} --action ${drafts[0]?.action}x --output`;
    const { code, stdout, stderr } = await annals(`${misspelt} -`);
    assert.deepEqual([code, JSON.parse(stdout)], [exitCodes.complete, []]);
    assert.match(stderr, /No event has the action .*did you mean/);
    const early = await annals('export --from 2026-01-01 --to 2026-01-02 --output nothing.json');
    assert.equal(early.code, exitCodes.complete);
    assert.match(early.stderr, /The log has events from 2026-06-1\dT.* to 2026-06-1\dT/);
    const quiet = await annals(`${misspelt} - --quiet`);
    assert.deepEqual([quiet.code, quiet.stderr], [exitCodes.complete, '']);
  });

  it('has a hint about a span that may be meant otherwise', async () => {
    const { stderr } = await annals('export --since 1m --output minute.json');
    assert.match(stderr, /a month is written mo/);
  });
});

describe('annals export from a source that gives less than it announced', () => {
  const page = (items: readonly string[]) =>
    Response.json({
      totalItems: 5,
      items: items.map((eventID) => ({ eventID, action: 'a', createdAt: '2026-06-10T01:00:00Z' })),
    });
  const vendor = {
    env: { THALASSA_API: 'http://vendor.test', THALASSA_ACCESS_TOKEN: 't' },
    fetch: async (input: string | URL | Request) =>
      page(new URL(String(input)).searchParams.get('page') === '1' ? ['a', 'b'] : []),
  };
  const short = /list has 5 entries, and gave 2, in two walks/;

  it('exports it, says so in the manifest and on stderr, and exits with 3', async () => {
    const line = `export --source thalassa --api http://vendor.test ${window} --output short.json`;
    const { code, stderr } = await annals(line, vendor);
    assert.equal(code, exitCodes.incomplete);
    assert.match(stderr, short);
    assert.deepEqual(ids(await read('short.json')), ['a', 'b']);
    const manifest = JSON.parse(await read('short.manifest.json'));
    assert.match(manifest.reason, short);
    const { complete, expected, received, entries } = manifest;
    assert.deepEqual([complete, expected, received, entries], [false, 5, 2, 2]);
    assert.match((await annals(`${line} --resume`, vendor)).stderr, /--overwrite/);
    const repeated = await annals(`${line} --overwrite --quiet`, vendor);
    assert.deepEqual([repeated.code, repeated.stdout], [3, '']);
  });

  it('ends when the same page comes again and again', async () => {
    let requests = 0;
    const fetch = async () => {
      requests += 1;
      return page(['a', 'b']);
    };
    const line = `export --source thalassa --api http://vendor.test ${window} --output same.json`;
    const { code, stderr } = await annals(line, { ...vendor, fetch });
    assert.deepEqual([code, requests], [exitCodes.incomplete, 11]);
    assert.match(stderr, /may ignore the page number\nContinue with:/);
    assert.match(JSON.parse(await read('same.manifest.json')).reason, /ignore the page number/);
    assert.ok(!(await readdir(cwd)).includes('same.json'));
  });
});
