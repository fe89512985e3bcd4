/** Backups of a server in a process of its own, which is killed, and what comes of them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTrail } from '../src/backup/trail.fixture.ts';
import { noSmallDisk } from './faults/small-disk.fixture.ts';
import { operatorKey, ServerProcess } from './server-process.fixture.ts';
import { temporary } from './verify/recorded-log.fixture.ts';
import { annals, verify } from './verify/run-command.fixture.ts';

interface Listed {
  readonly items: readonly {
    readonly sequence: number;
    readonly description: string;
    readonly details: Readonly<Record<string, unknown>>;
  }[];
}

const restoresOf = (server: ServerProcess, key: string, path = '') =>
  server.json<Listed>(
    'GET',
    `/v1/audit?action=audit_log.restore&includeSystemServices=true${path}`,
    key,
  );

const program = fileURLToPath(new URL('../bin/annals.js', import.meta.url));
const flags = ['--segment-events', '1000', '--name', 'audit.example.com'];

/** Records until it is told to stop, or the server is gone. Says how many events are acknowledged. */
function load(server: ServerProcess, key: string) {
  const state = { acknowledged: 0, stopped: false };
  const events = Array.from({ length: 200 }, (_, n) => ({ action: 'a', details: { n } }));
  const done = (async () => {
    while (!state.stopped) {
      await server.json('POST', '/v1/audit/events', key, { events });
      state.acknowledged += events.length;
    }
  })().catch(() => {});
  return { state, done };
}

/** The cookie of a session. */
async function signIn(server: ServerProcess, key: string): Promise<string> {
  const response = await fetch(`${server.url}/v1/sessions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: '{}',
  });
  return response.headers.get('set-cookie')!.split(';')[0]!;
}

describe('a server that is backed up while it records, killed, and restored', () => {
  it('has everything from before the backup, and says itself what is lost', async () => {
    await using place = await temporary();
    const at = (name: string) => join(place.path, name);
    const run = (...argv: string[]) => annals(place.path, ...argv);
    await using server = await ServerProcess.on(at('data'), flags);
    const { identity, key } = await server.organisation('acme');
    const cookie = await signIn(server, key);
    const share = { purpose: 'share' };
    const { url } = await server.json<{ url: string }>('POST', '/v1/links', key, share);
    const { state, done } = load(server, key);

    const before = state.acknowledged;
    await writeFile(at('early.checkpoint'), await checkpointOf(server, key));
    const first = await run('backup', 'backups', '--data', 'data', '--json');
    assert.equal(first.code, 0, first.stderr);
    const between = state.acknowledged;
    const second = await run('backup', 'backups', '--data', 'data');
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /of older backups are used again/);
    // More than there was at the backup, and kept outside.
    while (state.acknowledged < between + 2_000) await checkpointOf(server, key);
    await writeFile(at('late.checkpoint'), await checkpointOf(server, key));
    state.stopped = true;
    await done;
    await server.end('SIGKILL');
    assert.equal((await run('backup', '--verify', 'backups')).code, 0);

    // The newest backup: what is known to be lost must be accepted.
    const refused = await run(
      'restore',
      'backups',
      '--data',
      'new',
      '--checkpoint',
      'late.checkpoint',
    );
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      new RegExp(`acme \\(${identity}\\) had \\d+ events or more, and has \\d+ in`),
    );
    const accept = [
      '--checkpoint',
      'late.checkpoint',
      '--checkpoint',
      'early.checkpoint',
      '--accept-loss',
    ];
    const restored = await run('restore', 'backups', '--data', 'new', ...accept);
    assert.equal(restored.code, 0, restored.stderr);
    await using again = await ServerProcess.on(at('new'), flags);
    const renewed = ['--api', again.url, '--token', key];
    // Who was signed out, and what was revoked after the backup, is not known.
    const withCookie = { headers: { Cookie: cookie } };
    assert.equal((await fetch(`${again.url}/v1/me`, withCookie)).status, 401);
    const opened = await fetch(`${again.url}/v1/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ link: url.split('#')[1] }),
    });
    assert.equal(opened.status, 401);
    const { items } = await restoresOf(again, key);
    assert.equal(items.length, 1);
    const [record] = items;
    assert.ok(record!.sequence >= between, `${record!.sequence} of ${between} events`);
    assert.equal(record!.details.restoredEvents, record!.sequence);
    assert.match(
      record!.description,
      /^The log was restored from a backup\. .+ is lost: \d+ events or more$/,
    );
    const ofServer = await fetch(`${again.url}/v1/audit?action=server.restore`, {
      headers: { Authorization: `Bearer ${operatorKey}`, 'X-Organisation-Identity': 'system' },
    });
    assert.equal(((await ofServer.json()) as Listed).items.length, 1);

    // What was kept from before the backup is proved. What was kept after it is named, with the reason.
    const proved = await verify(
      place.path,
      '--server',
      '--checkpoint',
      'early.checkpoint',
      ...renewed,
    );
    assert.deepEqual([proved.code, proved.findings], [0, []]);
    const late = await verify(
      place.path,
      '--server',
      '--checkpoint',
      'late.checkpoint',
      ...renewed,
    );
    assert.equal(late.code, 1);
    const because = new RegExp(`event ${record!.sequence} is the record that it was restored`);
    assert.deepEqual(
      late.findings.map(({ kind }) => kind),
      ['rollback'],
    );
    assert.match(late.findings[0]!.message, because);
    const more = load(again, key);
    while (more.state.acknowledged < state.acknowledged) await checkpointOf(again, key);
    more.state.stopped = true;
    await more.done;
    const later = await verify(
      place.path,
      '--server',
      '--checkpoint',
      'late.checkpoint',
      ...renewed,
    );
    assert.deepEqual(
      later.findings.map(({ kind }) => kind),
      ['fork'],
    );
    assert.match(later.findings[0]!.message, because);

    // It goes on in the same directory of backups, because the newest backup is its past.
    assert.equal(await again.end('SIGTERM'), 0);
    const third = await run('backup', 'backups', '--data', 'new', '--keep', '2');
    assert.equal(third.code, 0, third.stderr);
    assert.match(third.stdout, /removed 20/);
    await again.start();
    assert.equal((await restoresOf(again, key)).items.length, 1, 'recorded once');
    await again.end('SIGKILL');
    assert.ok(before <= between);
  });

  it('and restored twice is two servers, which can be told apart', async () => {
    await using place = await temporary();
    const at = (name: string) => join(place.path, name);
    const run = (...argv: string[]) => annals(place.path, ...argv);
    await using server = await ServerProcess.on(at('data'), flags);
    const { identity, key } = await server.organisation('acme');
    await server.json('POST', '/v1/audit/events', key, { action: 'a' });
    await run('backup', 'backups', '--data', 'data');
    await server.json('POST', '/v1/audit/events', key, { action: 'b' });
    const [name] = (await readNames(at('backups'))) as [string];
    // A newer backup is known, and so is what an older one lacks.
    await run('backup', 'backups', '--data', 'data');
    const refused = await run('restore', 'backups', '--data', 'one', '--at', name);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      new RegExp(`acme \\(${identity}\\) had \\d+ events or more.+--accept-loss`),
    );
    for (const data of ['one', 'two']) {
      const outcome = await run(
        'restore',
        'backups',
        '--data',
        data,
        '--at',
        name,
        '--accept-loss',
      );
      assert.equal(outcome.code, 0, outcome.stderr);
    }
    await using first = await ServerProcess.on(at('one'), flags);
    await using second = await ServerProcess.on(at('two'), flags);
    const [one, two] = await Promise.all([first, second].map((each) => checkpointOf(each, key)));
    assert.notEqual(one, two, 'a fork that each of them would deny');
    const ids = new Set<string>();
    for (const data of ['data', 'one', 'two']) {
      const { stdout } = await run('backup', `backups-of-${data}`, '--data', data, '--json');
      ids.add((JSON.parse(stdout) as { installation: string }).installation);
    }
    assert.equal(ids.size, 3);
    // Nor can their databases be mixed.
    await Promise.all([first, second].map((each) => each.end('SIGTERM')));
    await cp(at('one/annals.db'), at('two/annals.db'));
    await assert.rejects(
      ServerProcess.on(at('two'), flags),
      /annals\.db .+ another data directory/,
    );
    // Backups of the one that lacks events cannot push out those of the other.
    const mixed = await run('backup', 'backups', '--data', 'one', '--keep', '1');
    assert.equal(mixed.code, 1);
    assert.match(mixed.stderr, /has events that \S+ does not have/);
    assert.equal((await readNames(at('backups'))).length, 2);
  });
});

describe('a data directory of which the store alone was put back', () => {
  it('says how to go on, and that way leads there', async () => {
    await using place = await temporary();
    const at = (name: string) => join(place.path, name);
    const run = (...argv: string[]) => annals(place.path, ...argv);
    await using server = await ServerProcess.on(at('data'), flags);
    const { key } = await server.organisation('acme');
    await server.end('SIGTERM');
    await cp(at('data'), at('old'), { recursive: true });
    await server.start();
    await server.json('POST', '/v1/audit/events', key, { action: 'a' });
    await server.end('SIGTERM');
    await cp(at('data'), at('mixed'), { recursive: true });
    for (const part of ['segments', 'ids', 'store.db']) {
      await rm(at(`mixed/${part}`), { recursive: true });
      await cp(at(`old/${part}`), at(`mixed/${part}`), { recursive: true });
    }
    await assert.rejects(ServerProcess.on(at('mixed'), flags), /annals restore --checkpoint/);
    const steps = [
      ['backup', 'backups', '--data', 'old'],
      [
        'restore',
        'backups',
        '--data',
        'new',
        '--checkpoint',
        'mixed/checkpoints.db',
        '--accept-loss',
      ],
    ];
    for (const step of steps) assert.equal((await run(...step)).code, 0);
    await using again = await ServerProcess.on(at('new'), flags);
    const [record] = (await restoresOf(again, key)).items;
    assert.ok(Number(record?.details.knownEvents) > Number(record?.details.restoredEvents));
  });
});

describe('a backup on a disk that is full', { skip: noSmallDisk() }, () => {
  const small = 'mount -t tmpfs -o size=4m tmpfs "$0" && head -c 4040k /dev/zero > "$0/full"';
  /** Runs a command with that disk, then makes room and runs it again. */
  const twice = (disk: string, ...argv: string[]) => {
    const script = `${small}; "$@"; echo "code $?"; rm "$0/full"; "$@" && echo fine`;
    const words = [
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      script,
      disk,
      process.execPath,
      program,
    ];
    return spawnSync('unshare', [...words, ...argv], { encoding: 'utf8' });
  };

  it('says so and leaves nothing that counts; with room it goes on', async () => {
    await using place = await temporary();
    const at = (name: string) => join(place.path, name);
    const trail = await openTrail(at('data'));
    await trail.record('org-a', 230);
    await trail.seal();
    await trail.close();
    await mkdir(at('disk'));
    const taken = twice(at('disk'), 'backup', at('disk/backups'), '--data', at('data'));
    assert.match(taken.stderr, /^annals: Cannot back up \S+ into \S+: the disk is full\n$/);
    assert.match(taken.stdout, /^code 1\nBackup 20[\s\S]+fine\n$/);
    await annals(place.path, 'backup', 'backups', '--data', 'data');
    const restored = twice(at('disk'), 'restore', at('backups'), '--data', at('disk/new'));
    assert.match(restored.stderr, /^annals: Cannot restore \S+ into \S+: the disk is full\n$/);
    assert.match(restored.stdout, /^code 1\nBackup 20[\s\S]+fine\n$/);
  });
});

describe('a backup of a file system that is mounted for reading alone', {
  skip: noSmallDisk(),
}, () => {
  it('is one of the data directory in it', async () => {
    await using place = await temporary();
    const trail = await openTrail(join(place.path, 'data'));
    await trail.record('org-a', 20);
    await trail.close();
    const script =
      'mount -t tmpfs tmpfs "$0/mounted" && cp -r "$0/data" "$0/mounted" && ' +
      'mount -o remount,ro "$0/mounted" && "$1" "$2" backup "$0/backups" --data "$0/mounted/data"';
    await mkdir(join(place.path, 'mounted'));
    const words = ['--map-root-user', '--mount', 'sh', '-c', script, place.path];
    const { status, stderr } = spawnSync('unshare', [...words, process.execPath, program], {
      encoding: 'utf8',
    });
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal((await annals(place.path, 'backup', '--verify', 'backups')).code, 0);
  });
});

async function checkpointOf(server: ServerProcess, key: string): Promise<string> {
  const headers = { Authorization: `Bearer ${key}` };
  const response = await fetch(`${server.url}/v1/audit/checkpoint`, { headers });
  assert.equal(response.status, 200);
  return response.text();
}

async function readNames(backups: string): Promise<string[]> {
  return (await readdir(backups)).filter((name) => name.startsWith('20')).toSorted();
}
