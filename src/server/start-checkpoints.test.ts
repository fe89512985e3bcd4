import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import {
  chmod,
  copyFile,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { pino } from 'pino';
import { createApiKey, formatKey } from '../access/key.ts';
import { systemClock } from '../core/micros.ts';
import type { Random } from '../core/uuid.ts';
import { openCheckpoint } from '../integrity/checkpoint.ts';
import { formatVerifierKey, parseVerifierKey } from '../integrity/keys.ts';
import { parseKnownKey } from '../integrity/known-key.ts';
import { verifyConsistency } from '../integrity/proof.ts';
import { type RunningServer, startServer } from './server.ts';
import { readSettings, type SettingName } from './settings.ts';
import { signingKeyFile } from './signing-key.ts';

const random: Random = (bytes) => void randomFillSync(bytes);
const operatorKey = formatKey(createApiKey(random));
const directories: string[] = [];
after(() => Promise.all(directories.map((one) => rm(one, { recursive: true }))));

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'annals-proving-'));
  directories.push(directory);
  return join(directory, 'data');
}

type Flags = Partial<Record<SettingName, string>>;

function start(
  data: string,
  flags: Flags = {},
  fetch = globalThis.fetch,
  log = pino({ level: 'silent' }),
): Promise<RunningServer> {
  const settings = readSettings(
    {
      data,
      port: '0',
      readers: '1',
      operatorKey,
      name: 'audit.example.com',
      checkpointSeconds: '1',
      ...flags,
    },
    {},
  );
  return startServer(settings, {
    clock: systemClock,
    random,
    log,
    fetch,
  });
}

async function send(server: RunningServer, path: string, key: string, body?: object) {
  const response = await fetch(server.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, text);
  return text;
}

/** An organisation with events, and its key. */
async function fill(server: RunningServer, slug: string, count: number) {
  const created = await send(server, '/v1/organisations', operatorKey, { slug, name: slug });
  const { identity } = JSON.parse(created) as { identity: string };
  const admin = { organisation: slug, role: 'org-admin', name: 'test' };
  const { key } = JSON.parse(await send(server, '/v1/keys', operatorKey, admin)) as { key: string };
  await record(server, key, count);
  return { identity, key };
}

async function record(server: RunningServer, key: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => ({
    action: 'test',
    details: { n },
    user: { name: 'Noor' },
  }));
  await send(server, '/v1/audit/events', key, { events });
}

interface Keys {
  readonly current: string;
  readonly previous: string[];
}

const keysOf = async (server: RunningServer, key: string) =>
  JSON.parse(await send(server, '/v1/audit/keys', key)) as Keys;

describe('the signing key', () => {
  it('is created at the first start for its owner alone, and stays', async () => {
    const data = await newDirectory();
    const first = await start(data);
    await first.stop();
    const { mode } = await stat(join(data, signingKeyFile));
    assert.equal(mode & 0o777, 0o600);
    assert.match(await readFile(join(data, signingKeyFile), 'utf8'), /BEGIN PRIVATE KEY/);
    const second = await start(data);
    assert.equal(second.verifierKey, first.verifierKey);
    assert.equal(parseVerifierKey(second.verifierKey).name, 'audit.example.com');
    await second.stop();
  });

  it('may be replaced, and what it signed stays verifiable', async () => {
    const data = await newDirectory();
    let server = await start(data);
    const { key } = await fill(server, 'acme', 3);
    const kept: { key: string; message: string }[] = [];
    const keep = async () => {
      const message = await send(server, '/v1/audit/checkpoint', key);
      kept.unshift({ key: server.verifierKey, message });
      await server.stop();
    };
    await keep();

    await rename(join(data, signingKeyFile), join(data, 'old.pem'));
    server = await start(data);
    await record(server, key, 1);
    await keep();

    const elsewhere = join(data, 'given.pem');
    await copyFile(join(data, signingKeyFile), elsewhere);
    server = await start(data, { signingKey: join(data, 'old.pem'), name: 'other.example.com' });
    await record(server, key, 1);
    await keep();

    server = await start(data, { signingKey: elsewhere });
    const { current, previous } = await keysOf(server, key);
    assert.equal(current, kept[1]!.key);
    const known = [current, ...previous].map(parseKnownKey);
    assert.deepEqual(
      known.map(formatVerifierKey),
      [1, 0, 2].map((index) => kept[index]!.key),
    );
    const heads = kept.map(({ message }) => openCheckpoint(message, known));
    for (const [index, { signedBy, checkpoint }] of heads.entries()) {
      assert.deepEqual(
        signedBy.map(({ id }) => id),
        [parseVerifierKey(kept[index]!.key).id],
      );
      const older = heads[index + 1]?.checkpoint;
      if (older === undefined) continue;
      const path = `/v1/audit/proof/consistency?from=${older.size}&to=${checkpoint.size}`;
      const { hashes } = JSON.parse(await send(server, path, key)) as { hashes: string[] };
      const proof = hashes.map((hash) => Buffer.from(hash, 'base64'));
      assert.ok(verifyConsistency(older, checkpoint, proof));
    }
    const [, renamed, first] = known;
    assert.ok(renamed!.upTo! >= heads[0]!.checkpoint.size);
    assert.ok(first!.upTo! >= heads[2]!.checkpoint.size);
    assert.ok(first!.upTo! < heads[1]!.checkpoint.size, 'it goes up to where it was replaced');
    const { key: later } = await fill(server, 'later', 1);
    const ofLater = (await keysOf(server, later)).previous.map((text) => parseKnownKey(text).upTo);
    assert.deepEqual(ofLater, [0, 0], 'it does not vouch for a log that it never signed');
    await server.stop();
  });

  it('is not used when others can read or replace it; a group may read it', async () => {
    const data = await newDirectory();
    await (await start(data)).stop();
    const file = join(data, signingKeyFile);
    for (const mode of [0o644, 0o660]) {
      await chmod(file, mode);
      await assert.rejects(start(data), {
        code: 'invalid',
        message:
          /^Cannot use the signing key \S+: others can read or replace it \(its mode is 06\d\d\)\. Run: chmod 600 \S+\. /,
      });
    }
    await chmod(file, 0o640);
    await (await start(data)).stop();
  });

  it('must exist and be a key when it is given', async () => {
    const data = await newDirectory();
    for (const signingKey of [join(data, 'none.pem'), join(data, 'annals.db')]) {
      await assert.rejects(start(data, { signingKey }), {
        code: 'invalid',
        message: /signing key/,
      });
    }
    await (await start(data)).stop();
  });
});

describe('checkpoints of a running server', () => {
  it('go to anchors as the log grows, and the last one when the server stops', async () => {
    const data = await newDirectory();
    const posted: string[] = [];
    const receive: typeof fetch = async (input, init) => {
      posted.push(await new Request(input, init).text());
      return new Response(null, { status: 204 });
    };
    const file = `${data}.anchor`;
    const anchor = `file:${file},https://anchor.example/`;
    const server = await start(data, { anchor, checkpointSeconds: '3600' }, receive);
    const { identity, key } = await fill(server, 'acme', 3);
    const first = await send(server, '/v1/audit/checkpoint', key);
    await record(server, key, 1);
    const metrics = await send(server, '/metrics', key);
    // And one of the log of the server, at its start.
    assert.match(metrics, /annals_checkpoints_issued_total 2\n/);
    await server.stop();
    const notes = (await readFile(file, 'utf8')).split(/(?<=\n)\n(?=audit)/);
    assert.deepEqual(
      notes.map((note) => `${note.trimEnd()}\n`),
      posted,
    );
    assert.match(posted[0] ?? '', /^audit\.example\.com\/system\n/);
    assert.equal(posted[1], first);
    const last = openCheckpoint(posted.at(-1)!, [parseVerifierKey(server.verifierKey)]);
    assert.equal(last.checkpoint.origin, `audit.example.com/${identity}`);
    assert.ok(
      last.checkpoint.size >
        openCheckpoint(first, [parseVerifierKey(server.verifierKey)]).checkpoint.size,
    );
  });

  it('delay nothing when the anchor cannot be reached', async () => {
    const data = await newDirectory();
    const away: typeof fetch = () => Promise.reject(new Error('away'));
    const server = await start(data, { anchor: 'https://anchor.example/' }, away);
    const { key } = await fill(server, 'acme', 3);
    await send(server, '/v1/audit/checkpoint', key);
    await record(server, key, 1);
    const metrics = await send(server, '/metrics', key);
    assert.match(
      metrics,
      /annals_anchor_failures_total\{anchor="https:\/\/anchor.example"\} [1-9]/,
    );
    await server.stop();
  });
});

/** The rows of the newest segment, past its triggers. */
async function openSegment(data: string): Promise<DatabaseSync> {
  const names = await readdir(join(data, 'segments'));
  const name = names
    .filter((one) => one.endsWith('.db'))
    .sort()
    .at(-1)!;
  const database = new DatabaseSync(join(data, 'segments', name));
  const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
  return database;
}

/** What went to the log of a server, and a way to wait for it. */
function errorLog() {
  const errors: Record<string, unknown>[] = [];
  const written = new EventEmitter();
  const write = (line: string) => {
    errors.push(JSON.parse(line) as Record<string, unknown>);
    written.emit('line');
  };
  return {
    log: pino({ level: 'error' }, { write }),
    errors,
    first: async () => {
      while (errors.length === 0) await once(written, 'line');
      return errors[0]!;
    },
  };
}

describe('a log that was changed while the server was stopped', () => {
  it('is named at the start, is neither read nor signed nor added to, and others are served', async () => {
    const data = await newDirectory();
    let server = await start(data);
    const innocent = await fill(server, 'innocent', 10);
    const { identity, key } = await fill(server, 'acme', 300);
    await server.stop();

    const sequence = 280;
    const database = await openSegment(data);
    const chunk = database
      .prepare(
        `SELECT row, sequence, CAST(lines AS TEXT) AS lines FROM chunks
         WHERE log = (SELECT number FROM logs WHERE organisation = ?) AND sequence <= ?
         ORDER BY sequence DESC LIMIT 1`,
      )
      .get(identity, sequence) as { row: number; sequence: number; lines: string };
    const put = (lines: string) =>
      database
        .prepare('UPDATE chunks SET lines = ? WHERE row = ?')
        .run(Buffer.from(lines), chunk.row);
    const changed = chunk.lines.split('\n');
    const line = sequence - chunk.sequence;
    changed[line] = changed[line]!.replace('Noor', 'Noar');
    assert.notEqual(changed.join('\n'), chunk.lines);
    put(changed.join('\n'));
    const damage = async (message: string) => {
      const { log, errors, first } = errorLog();
      server = await start(data, {}, globalThis.fetch, log);
      for (const [method, path] of [
        ['GET', '/v1/audit?limit=1'],
        ['GET', '/v1/audit/export'],
        ['GET', '/v1/audit/checkpoint'],
        ['GET', '/v1/audit/tile/0/000.p/1'],
        ['POST', '/v1/audit/events'],
      ] as const) {
        const body = method === 'POST' ? { body: '{"action":"test"}' } : {};
        const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
        const response = await fetch(server.url + path, { method, headers, ...body });
        assert.equal(response.status, 500, path);
        assert.deepEqual(await response.json(), { message }, path);
      }
      // That the key was denied would be recorded in the damaged log. It is not owed for ever.
      const wrong = { headers: { Authorization: `Bearer ${key.slice(0, -4)}0000` } };
      assert.equal((await fetch(`${server.url}/v1/audit`, wrong)).status, 401);
      assert.equal((await first()).msg, message);
      assert.equal(errors.filter(({ msg }) => msg === message).length, 1);
      assert.equal((await first()).organisation, identity);
      await record(server, innocent.key, 1);
      await send(server, '/v1/audit/checkpoint', innocent.key);
      const { status } = await fetch(`${server.url}/readyz`);
      assert.equal(status, 200, 'other logs can be added to');
      const metrics = await send(server, '/metrics', key);
      assert.match(metrics, /^annals_damaged_logs 1$/m);
      assert.match(metrics, /^annals_own_records_lost_total 1$/m);
      assert.match(await send(server, '/v1/organisations', operatorKey), new RegExp(identity));
      await server.stop();
    };
    await damage(
      `Segment 000000.db is damaged: event ${sequence} of ${identity} is not as it was recorded`,
    );
    // Somebody who knows of checksums cannot make up for the leaf hash.
    database.exec('UPDATE chunks SET checksum = NULL');
    await damage(
      `The log of acme (${identity}) was changed: event ${sequence} is not the one that was recorded`,
    );
    put(chunk.lines);
    database.close();
    server = await start(data);
    await record(server, key, 1);
    await server.stop();
  });

  it('is found although nobody asks for it', async () => {
    const data = await newDirectory();
    let server = await start(data);
    const { identity } = await fill(server, 'acme', 3);
    await server.stop();
    const database = await openSegment(data);
    database
      .prepare('UPDATE logs SET frontier = zeroblob(length(frontier)) WHERE organisation = ?')
      .run(identity);
    database.close();
    const { log, first } = errorLog();
    server = await start(data, {}, globalThis.fetch, log);
    assert.match(
      String((await first()).msg),
      /^The log of acme .+ was changed: the stored frontier/,
    );
    await server.stop();
  });
});

describe('a server does not start', () => {
  it('on an older copy of the events, and says how far it was rolled back', async () => {
    const data = await newDirectory();
    let server = await start(data);
    const { identity, key } = await fill(server, 'acme', 10);
    await server.stop();
    const copy = `${data}.copy`;
    await cp(data, copy, { recursive: true });
    server = await start(data);
    await record(server, key, 10);
    await server.stop();
    await copyFile(join(data, 'checkpoints.db'), join(copy, 'checkpoints.db'));
    await assert.rejects(start(copy), {
      code: 'corrupt',
      message: new RegExp(
        `log of acme \\(${identity}\\) was rolled back: it has 12 events, but a checkpoint of \\d+`,
      ),
    });
  });

  it('on a log that was rebuilt, or whose checkpoint was', async () => {
    const data = await newDirectory();
    let server = await start(data);
    const { identity } = await fill(server, 'acme', 10);
    await server.stop();
    const copy = `${data}.copy`;
    await cp(data, copy, { recursive: true });

    const archive = new DatabaseSync(join(data, 'checkpoints.db'));
    archive.exec('DROP TRIGGER checkpoints_never_change');
    archive.exec('UPDATE checkpoints SET root = zeroblob(32)');
    archive.close();
    await assert.rejects(start(data), {
      code: 'corrupt',
      message: new RegExp(`acme \\(${identity}\\) was changed: its checkpoint of \\d+ events`),
    });

    const key = join(copy, signingKeyFile);
    const elsewhere = await newDirectory();
    server = await start(elsewhere, { signingKey: key });
    await fill(server, 'acme', 10);
    await server.stop();
    const segment = await openSegment(elsewhere);
    segment
      .prepare("UPDATE logs SET organisation = ? WHERE organisation <> 'system'")
      .run(identity);
    segment.close();
    const before = new DatabaseSync(join(copy, 'store.db'));
    const installation = before
      .prepare("SELECT value FROM facts WHERE name = 'installation'")
      .get();
    before.close();
    for (const name of ['segments', 'store.db', 'ids']) {
      await rm(join(copy, name), { recursive: true });
      await cp(join(elsewhere, name), join(copy, name), { recursive: true });
    }
    const store = new DatabaseSync(join(copy, 'store.db'));
    store.exec('DELETE FROM databases');
    store
      .prepare("UPDATE facts SET value = ? WHERE name = 'installation'")
      .run(installation!.value as Uint8Array);
    store.close();
    await assert.rejects(start(copy), {
      code: 'corrupt',
      // The log of the server was rebuilt as well. One of the two is named.
      message: new RegExp(
        `log of (acme \\(${identity}\\)|system) was rebuilt: its first \\d+ events`,
      ),
    });
  });
});
