/** Disks and files that fail a server: it says what is wrong in a sentence, loses nothing, and serves what it can. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { operatorKey, ServerProcess } from '../server-process.fixture.ts';
import { temporary } from '../verify/recorded-log.fixture.ts';
import { annals } from '../verify/run-command.fixture.ts';
import { createKey, sendRequest, startInProcessServer } from './in-process-server.fixture.ts';
import { noSmallDisk, smallDisk } from './small-disk.fixture.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(
  { url }: ServerProcess,
  key: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

const messageIn = ({ text }: Answer) => (JSON.parse(text) as { message: string }).message;

describe('a server whose disk is full', { skip: noSmallDisk() }, () => {
  it('says so, answers what is there, and goes on when there is room, with all it acknowledged', async () => {
    using disk = smallDisk(24, 20);
    const flags = [
      '--segment-events',
      '1000',
      '--log-level',
      'warn',
      '--unrecorded-reads',
      'serve',
    ];
    const launch = { through: disk.through, stdin: 'pipe' } as const;
    await using server = await ServerProcess.on(join(disk.path, 'data'), flags, launch);
    const { key } = await server.organisation('acme');
    const events = Array.from({ length: 100 }, (_, n) => ({
      action: 'fill',
      details: { n, note: 'x'.repeat(2_000) },
    }));
    const record = () => ask(server, key, '/v1/audit/events', { events });
    const count = async () => {
      const { text } = await ask(server, key, '/v1/audit?action=fill&limit=1');
      return (JSON.parse(text) as { totalItems: number }).totalItems;
    };
    const made = (slug: string) =>
      ask(server, operatorKey, '/v1/organisations', { slug, name: 'more' });

    let acknowledged = 0;
    let answer = await record();
    for (; answer.status === 201; answer = await record()) acknowledged += events.length;
    assert.equal(answer.status, 503);
    assert.match(messageIn(answer), /disk is full|cannot be sealed/);
    assert.match(server.output, /"level":"warn",.*(disk is full|cannot be sealed)/);
    assert.equal(await count(), acknowledged);
    // What is small finds room for longer.
    let more = 0;
    answer = await made(`more-${more}`);
    while (answer.status === 201) {
      more += 1;
      answer = await made(`more-${more}`);
    }
    assert.equal(answer.status, 503);
    assert.match(messageIn(answer), /disk is full/);

    server.say('make room');
    // What failed in the background is tried again after a while.
    for (let recorded = 0; recorded < 10; ) {
      const { status } = await record();
      if (status === 201) recorded += 1;
      else await sleep(100);
    }
    assert.equal(await count(), acknowledged + 1_000);
    assert.equal((await made(`more-${more}`)).status, 201);
    assert.equal((await ask(server, key, '/v1/audit/checkpoint')).status, 200);
    assert.equal(await server.end('SIGTERM'), 0);
  });
});

describe('a full disk, while reads must be recorded', { skip: noSmallDisk() }, () => {
  it('keeps room for revocations and reads, then refuses reads, and never keeps a key alive', async () => {
    using disk = smallDisk(48, 0);
    const launch = { through: disk.through, stdin: 'pipe' } as const;
    await using server = await ServerProcess.on(join(disk.path, 'data'), [], launch);
    const { key } = await server.organisation('acme');
    const keyOf = async (name: string) => {
      const body = { organisation: 'acme', role: 'org-auditor', name };
      return (await server.json<{ key: string }>('POST', '/v1/keys', operatorKey, body)).key;
    };
    const keys = await Promise.all(['one', 'two', 'three', 'four'].map(keyOf));
    const [first = '', second = '', third = '', fourth = ''] = keys;
    const record = (bytes: number) =>
      ask(server, key, '/v1/audit/events', { action: 'a', details: { note: 'x'.repeat(bytes) } });
    const revoke = async (stolen: string) => {
      const path = `${server.url}/v1/keys/${stolen.split('_')[1]}`;
      const headers = { Authorization: `Bearer ${operatorKey}` };
      const response = await fetch(path, { method: 'DELETE', headers });
      assert.equal(response.status, 200);
      assert.equal((await ask(server, stolen, '/v1/audit')).status, 401);
      return ((await response.json()) as { owed?: string[] }).owed;
    };
    const fill = async () => {
      server.say('fill');
      while ((await record(60_000)).status === 201);
    };
    await fill();
    assert.equal((await ask(server, operatorKey, '/readyz')).status, 503);
    // Small records find room in what the files of the store have left. Then own records have the ballast.
    for (let said = ''; !said.includes('what is left is for revoked keys and our own records'); ) {
      assert.equal((await ask(server, first, '/v1/audit/export')).status, 200);
      said = (await record(1_000)).text;
    }
    assert.equal(await revoke(first), undefined);

    server.say('fill');
    // What a commit leaves behind can be room for the next one, so each is asked until it is refused.
    const untilRefused = async (reader: string) => {
      for (let n = 0; ; n += 1) {
        const response = await ask(server, reader, `/v1/audit/export?action=${n}`);
        if (response.status !== 200) return response;
      }
    };
    const refused = await untilRefused(second);
    assert.equal(refused.status, 503);
    assert.match(messageIn(refused), /that it is read cannot be recorded .+disk is full/i);
    assert.equal((await untilRefused(third)).status, 503);
    assert.equal((await ask(server, operatorKey, '/readyz')).status, 503);
    const owed = await revoke(fourth);
    assert.match(owed?.join() ?? '', /the record of the revocation is not in the trail yet/);

    server.say('make room');
    while ((await ask(server, third, '/v1/audit')).status !== 200) await sleep(50);
    while ((await ask(server, operatorKey, '/readyz')).status !== 200) await sleep(200);
    assert.equal((await ask(server, fourth, '/v1/audit')).status, 401);
    const trail = await ask(
      server,
      key,
      '/v1/audit?includeSystemServices=true&limit=1000&action=api_key.revoke',
    );
    const { totalItems } = JSON.parse(trail.text) as { totalItems: number };
    assert.equal(totalItems, 2);
    const { text } = await ask(server, operatorKey, '/metrics');
    assert.match(text, /^annals_own_records_lost_total 0$/m);
    assert.equal(await server.end('SIGTERM'), 0);
  });
});

describe('a data directory that the server may not use', () => {
  it('is named in one sentence, whatever part of it is meant', async () => {
    await using place = await temporary();
    const program = fileURLToPath(new URL('forbidden-directories.fixture.ts', import.meta.url));
    // Whoever is root may do everything, unless that is taken away.
    const isRoot = process.getuid?.() === 0;
    const through = isRoot ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : [];
    const [command = '', ...words] = [...through, process.execPath, program, place.path];
    const { stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', timeout: 60_000 });
    assert.equal(stderr, '');
    const { whole, again, ...refused } = JSON.parse(stdout) as Record<string, string>;
    assert.deepEqual([whole, again], ['', ''], 'what may be used is');
    const data = join(place.path, 'data');
    const cannotCreate = (path: string, why: string) =>
      `Cannot start: the data directory ${path} cannot be created: ${why}`;
    const closed = join(place.path, 'closed', 'data');
    const expected: Record<string, string | RegExp> = {
      '.': /^Cannot use DATA as data directory: EACCES: permission denied/,
      segments: /^Cannot open DATA: EACCES: permission denied, \w+ 'DATA\/segments'$/,
      'store.db': 'Cannot open DATA: unable to open database file',
      'annals.db': 'Cannot open DATA/annals.db: unable to open database file',
      'checkpoints.db': 'Cannot open DATA/checkpoints.db: unable to open database file',
      'signing-key.pem': 'Cannot read the signing key DATA/signing-key.pem (EACCES)',
      [closed]: cannotCreate(closed, 'that is not allowed'),
      '/dev/null/data': cannotCreate(
        '/dev/null/data',
        'something else has the name of a directory above',
      ),
      '/proc/data': cannotCreate('/proc/data', 'nothing can be created in the directory above'),
    };
    assert.deepEqual(Object.keys(refused), Object.keys(expected));
    for (const [part, sentence] of Object.entries(expected)) {
      const said = refused[part]!.replaceAll(data, 'DATA');
      if (typeof sentence === 'string') assert.ok(said.startsWith(sentence), said);
      else assert.match(said, sentence);
    }
  });
});

describe('a data directory that another server uses', () => {
  it('is refused in one sentence, and the first server goes on', async () => {
    await using server = await ServerProcess.start();
    await assert.rejects(ServerProcess.on(server.data), {
      message: `ended with 1: annals: Cannot open ${server.data}: another server is using this data directory\n`,
    });
    assert.equal((await ask(server, operatorKey, '/v1/organisations')).status, 200);
  });
});

describe('an event, or a salt, that was changed in a segment that takes events', () => {
  it('is named by annals check and to everybody who asks for it, also if it is no JSON; the rest is served', async () => {
    await using place = await temporary();
    const data = join(place.path, 'data');
    let server = await startInProcessServer(data);
    const key = await createKey(server);
    const asked = async (path: string) => {
      const headers = { Authorization: `Bearer ${key}` };
      const response = await fetch(server.url + path, { headers });
      return { status: response.status, text: await response.text().catch(() => 'cut') };
    };
    for (const eventID of ['evt-1', 'evt-2', 'evt-3']) {
      const user = { name: 'Noor', email: 'noor@example.com' };
      await sendRequest(server, key, '/v1/audit/events', { eventID, action: 'a', user });
    }
    await sendRequest(server, key, '/v1/audit/checkpoint');
    // So that the start, which looks at the last tile, does not see what is changed.
    const more = Array.from({ length: 300 }, () => ({ action: 'b' }));
    await sendRequest(server, key, '/v1/audit/events', { events: more });
    await server.stop();
    const database = new DatabaseSync(join(data, 'segments', '000000.db'));
    database.exec('DROP TRIGGER events_never_change');
    const changed = (id: string, set: string) =>
      database.exec(`UPDATE chunks SET ${set} WHERE instr(lines, CAST('"${id}"' AS BLOB)) > 0`);
    changed('evt-1', 'lines = CAST(substr(lines, 1, length(lines) - 3) || char(10) AS BLOB)');
    changed('evt-2', 'salts = randomblob(length(salts))');
    const rows = database.prepare('SELECT sequence FROM chunks WHERE length(salts) > 0');
    assert.ok(rows.all().length > 0);
    database.close();

    const check = await annals('/', 'check', '--data', data, '--quiet');
    assert.equal(check.code, 1);
    const sentence = /event (\d+) of (org-\w+) is not as it was recorded/g;
    assert.match(check.stdout, /^segments\/000000\.db {2}is damaged: event /);
    assert.equal([...check.stdout.matchAll(sentence)].length, 2, check.stdout);

    server = await startInProcessServer(data);
    for (const path of ['/v1/audit/evt-1', '/v1/audit/evt-2', '/v1/audit?order=asc']) {
      const { status, text } = await asked(path);
      assert.equal(status, 500, path);
      assert.match(
        text,
        /Segment 000000\.db is damaged: event \d+ of org-\w+ is not as it was/,
        path,
      );
    }
    assert.equal((await asked('/v1/audit/evt-3')).status, 200);
    assert.equal((await asked('/v1/audit/export?format=ndjson&action=b')).status, 200);
    const broken = await asked('/v1/audit/export?format=ndjson').catch(() => ({ text: 'cut' }));
    assert.match(broken.text, /cut|is damaged/, 'an export never looks whole');
    await server.stop();
  });
});

describe('an event that was changed together with its checksum', () => {
  it('is named by an export that is to be proved', async () => {
    await using place = await temporary();
    const data = join(place.path, 'data');
    let server = await startInProcessServer(data);
    const key = await createKey(server);
    for (const description of ['10 paid', '20 paid', '30 paid']) {
      await sendRequest(server, key, '/v1/audit/events', { action: 'a', description });
    }
    // So that the start, which looks at the last tile, does not see what is changed.
    const more = Array.from({ length: 300 }, () => ({ action: 'b' }));
    await sendRequest(server, key, '/v1/audit/events', { events: more });
    await server.stop();
    const database = new DatabaseSync(join(data, 'segments', '000000.db'));
    database.exec('DROP TRIGGER events_never_change');
    // A row of version 0.1 has no checksum.
    database.exec(
      `UPDATE chunks SET checksum = NULL,
         lines = CAST(replace(CAST(lines AS TEXT), '20 paid', '99 paid') AS BLOB)`,
    );
    database.close();

    server = await startInProcessServer(data);
    try {
      const flags = ['--api', server.url, '--token-file', join(place.path, 'key'), '--proof'];
      writeFileSync(join(place.path, 'key'), key, { mode: 0o600 });
      const { code, stderr } = await annals(place.path, 'export', '--since', '1d', ...flags);
      assert.match(
        stderr,
        /event \d+ is not the one that was recorded. On the server, annals check/,
      );
      assert.equal(code, 1);
    } finally {
      await server.stop();
    }
  });
});

describe('a sealed segment in which a byte was flipped', () => {
  it('is found and named, by annals check and to whoever asks for it; the rest is served', async () => {
    await using server = await ServerProcess.start(['--segment-events', '1000']);
    const { key } = await server.organisation('acme');
    for (let batch = 0; batch < 4; batch += 1) {
      const events = Array.from({ length: 900 }, (_, n) => ({
        eventID: `evt-${batch * 900 + n}`,
        action: `batch.${batch}`,
      }));
      assert.equal((await ask(server, key, '/v1/audit/events', { events })).status, 201);
    }
    const segment = '000000.segment';
    const segments = join(server.data, 'segments');
    while (!readdirSync(segments).includes(segment)) await sleep(10);
    await server.end('SIGTERM');
    const path = join(segments, segment);
    const bytes = readFileSync(path);
    // Inside of the bodies, with which a segment begins, and behind those of the server's own log.
    bytes[4_000]! ^= 1;
    chmodSync(path, 0o600);
    writeFileSync(path, bytes);

    const check = await annals('/', 'check', '--data', server.data, '--quiet');
    assert.equal(check.code, 1);
    assert.match(
      check.stdout,
      /^segments\/000000\.segment {2}Segment 000000\.segment is damaged: /,
    );
    assert.match(check.stderr, /^annals: 1 of \d+ files? is damaged\n$/);

    await server.start();
    const answers = [await ask(server, key, '/v1/audit?order=asc&limit=1000')];
    // Events are packed by 32, so one of these is among those that cannot be read.
    for (let n = 0; n < 900; n += 16) answers.push(await ask(server, key, `/v1/audit/evt-${n}`));
    const damaged = answers.filter(({ status }) => status !== 200);
    assert.equal(answers[0]!.status, 500);
    assert.ok(damaged.length >= 2 && damaged.length < 10, `${damaged.length} damaged`);
    for (const answer of damaged) {
      assert.match(messageIn(answer), /^Segment 000000\.segment is damaged: bodies/);
    }
    await assert.rejects(ask(server, key, '/v1/audit/export'), 'an export is never cut silently');
    for (const path of [
      '/v1/audit',
      '/v1/audit/evt-3000',
      '/v1/audit?action=batch.2',
      '/v1/audit/export?action=batch.3',
    ]) {
      const { status, text } = await ask(server, key, path);
      assert.equal(status, 200, path);
      assert.match(text, /"evt-/);
    }
    const recorded = await ask(server, key, '/v1/audit/events', { action: 'still recorded' });
    assert.equal(recorded.status, 201);
    assert.match(server.output, /Segment 000000\.segment is damaged/);
  });
});
