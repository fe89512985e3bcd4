import assert from 'node:assert/strict';
import { createPublicKey, randomFillSync } from 'node:crypto';
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { day, formatInstant, hour, systemClock } from '../../core/micros.ts';
import { formatVerifierKey, privateKeyFromSeed, verifierKey } from '../../integrity/keys.ts';
import { expired, first } from '../../server/certificates.fixture.ts';
import { type RunningServer, startServer } from '../../server/server.ts';
import { readSettings } from '../../server/settings.ts';
import type { CliContext } from '../cli-context.ts';
import { runCommand } from '../run-command.fixture.ts';
import type { Finding } from './finding.ts';

const witness = verifierKey(
  'witness.example',
  createPublicKey(privateKeyFromSeed(new Uint8Array(32))),
  'cosignature',
);

describe('annals doctor', () => {
  let directory: string;
  let data: string;
  let server: RunningServer;
  /** Checkpoints that the anchor got. */
  const anchored: string[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-doctor-'));
    data = join(directory, 'data');
    const settings = readSettings({ data, port: '0', readers: '1', checkpointSeconds: '3600' }, {});
    server = await startServer(settings, {
      clock: systemClock,
      random: (bytes) => void randomFillSync(bytes),
      log: pino({ level: 'silent' }),
    });
    const operator = server.createdOperatorKey!.key;
    await ask(operator, '/v1/organisations', { slug: 'acme', name: 'Acme' });
    const admin = { organisation: 'acme', role: 'org-admin', name: 'admin' };
    const expiresAt = formatInstant(systemClock() + 3 * day);
    const { key } = await ask<{ key: string }>(operator, '/v1/keys', { ...admin, expiresAt });
    // It is signed when it is asked for.
    await ask(key, '/v1/audit/checkpoint');
  });
  after(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });

  async function ask<T>(key: string, path: string, body?: object): Promise<T> {
    const response = await fetch(server.url + path, {
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return (response.headers.get('content-type') ?? '').includes('json')
      ? ((await response.json()) as T)
      : (undefined as T);
  }

  const fetchWithAnchor: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith('https://anchor.example')) return fetch(request);
    anchored.push(await request.text());
    const date = new Date(Date.now() - hour / 1_000).toUTCString();
    return new Response(null, {
      status: request.url.includes('full') ? 507 : 204,
      headers: { date },
    });
  };

  async function examine(flags: readonly string[], change: Partial<CliContext> = {}) {
    const { port } = new URL(server.url);
    const { code, stdout, stderr } = await runCommand(
      ['doctor', '--data', data, '--port', port, '--json', ...flags],
      { fetch: fetchWithAnchor, home: directory, cwd: directory, ...change },
    );
    const findings = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Finding);
    const problems = findings.filter(({ status }) => status === 'problem').length;
    assert.equal(code, problems === 0 ? 0 : 1);
    const summary = problems === 1 ? /^annals: 1 problem(, |\n)/ : /^annals: \d+ problems(, |\n)/;
    assert.match(stderr, problems === 0 ? /^$/ : summary);
    /** What is not in order, or all of one check. The disk and the limits are those of whoever runs this. */
    const lines = (check?: string) =>
      findings
        .filter((one) =>
          check === undefined
            ? one.status !== 'ok' && !['disk', 'limits'].includes(one.check)
            : one.check === check,
        )
        .map(({ check, status, message }) => `${status} ${check}: ${message}`);
    return { lines };
  }

  it('asks a running server, and looks at the files that it has open', async () => {
    const file = join(directory, 'anchor');
    const { lines } = await examine(['--anchor', `file:${file}`]);
    assert.deepEqual(lines('server'), [
      `ok server: a server runs on ${data}, and one is ready at ${server.url}`,
    ]);
    const [expiring, ...others] = lines();
    assert.match(expiring ?? '', /^warning keys: the operator’s key is in \S+\/operator-key/);
    assert.match(others.shift() ?? '', /^warning keys: 1 API key will expire within 30 days/);
    assert.deepEqual(others, []);
    assert.match(lines('keys')[0] ?? '', /signs as annals\+\S+, and its checkpoints can be veri/);
    assert.deepEqual(lines('anchors'), [`ok anchors: file:${file} can be appended to`]);
    // It was opened nowhere.
    await assert.rejects(readFile(file), { code: 'ENOENT' });
  });

  it('tries each anchor, and compares the clock with theirs', async () => {
    const anchors = 'https://anchor.example/hook?token=secret,https://anchor.example/full';
    const flags = ['--anchor', `${anchors},file:/nowhere/at/all`];
    const { lines } = await examine([...flags, '--witness', formatVerifierKey(witness)]);
    assert.deepEqual(
      lines('anchors').map((line) => line.slice(0, 60)),
      [
        'ok anchors: https://anchor.example took a checkpoint',
        'problem anchors: https://anchor.example took no checkpoint: ',
        'problem anchors: file:/nowhere/at/all cannot be appended to:',
      ],
    );
    assert.equal(anchored.length, 2);
    assert.match(anchored[0]!, /^annals\/\S+\n\d+\n/);
    assert.match(
      lines('clock')[0] ?? '',
      /^problem clock: this clock is (3599|360\d)\.\d s ahead of/,
    );
    assert.deepEqual(lines('witnesses'), [
      'warning witnesses: witness.example has cosigned nothing yet',
    ]);
    assert.ok(!JSON.stringify(lines()).includes('secret'));
  });

  it('says of a server that runs elsewhere what it is', async () => {
    const elsewhere = await examine(['--anchor', 'file:anchor', '--port', '1']);
    assert.match(elsewhere.lines('server')[0] ?? '', /^warning server: a server runs on .* none/);
    const other = join(directory, 'other');
    const { lines } = await examine(['--data', other, '--anchor', 'file:anchor']);
    assert.deepEqual(lines(), [
      `warning server: no server runs on ${other}, and something answers at ${server.url}`,
    ]);
    assert.match(lines('keys')[0] ?? '', /^ok keys: there are no keys yet/);
  });

  it('names settings that nothing reads or that cannot be used', async () => {
    const env = { ANNALS_ANCOR: 'file:a', ANNALS_KEY: 'annals_a_b' };
    const { lines } = await examine(['--anchor', 'file:anchor'], { env });
    assert.deepEqual(lines('settings'), [
      'warning settings: nothing reads ANNALS_ANCOR (did you mean ANNALS_ANCHOR?)',
      'warning settings: ANNALS_KEY has a key in the clear, which child processes and diagnostics see',
    ]);
    const { lines: wrong } = await examine(['--max-key-requests', 'many']);
    assert.match(
      wrong('settings')[0] ?? '',
      /^problem .*--max-key-requests "many" must be a whole/,
    );
  });

  it('finds files that others can read, and certificates that have expired', async () => {
    const [cert, key] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
    await writeFile(cert, expired.cert);
    await writeFile(key, expired.key, { mode: 0o644 });
    await chmod(join(data, 'operator-key'), 0o640);
    await chmod(data, 0o750);
    const tls = ['--tls-cert', cert, '--tls-key', key, '--anchor', 'file:anchor'];
    const { lines } = await examine(tls);
    assert.deepEqual(lines('permissions'), [
      `warning permissions: others may look into ${data}: its mode is 0750`,
      `problem permissions: others may read or replace ${join(data, 'operator-key')}: its mode is 0640`,
      `problem permissions: others may read or replace ${key}: its mode is 0644`,
    ]);
    assert.match(lines('tls')[0] ?? '', /^problem tls: the certificate has expired on 2025-01-01/);
    await writeFile(cert, first.cert);
    assert.match((await examine(tls)).lines('tls')[0] ?? '', /^problem tls: the key in .* is not/);
    await writeFile(key, first.key);
    assert.match((await examine(tls)).lines('tls')[0] ?? '', /^ok tls: .* valid until 2126-/);
    const early = await examine(tls, { clock: () => Date.UTC(2001, 0, 1) * 1_000 });
    assert.match(
      early.lines('tls')[0] ?? '',
      /^problem tls: the certificate is not valid before 20/,
    );
    const plain = await examine(['--host', '0.0.0.0', '--anchor', 'file:anchor']);
    assert.match(plain.lines('tls')[0] ?? '', /^warning tls: keys and events cross the network/);
    await chmod(data, 0o700);
    await chmod(join(data, 'operator-key'), 0o600);
  });

  it('compares the signing key with what it has signed, when no server runs', async () => {
    await server.stop();
    const anchor = ['--anchor', 'file:anchor', '--witness', formatVerifierKey(witness)];
    const renamed = await examine([...anchor, '--name', 'audit.example']);
    assert.deepEqual(renamed.lines('server'), [`ok server: no server runs on ${data}`]);
    assert.match(
      renamed.lines('keys')[0] ?? '',
      /^warning keys: .* the next start replaces annals\+\S+ by audit\.example\+/,
    );
    const file = join(data, 'signing-key.pem');
    await rename(file, `${file}.away`);
    assert.match((await examine(anchor)).lines('keys')[0] ?? '', /^problem .* is missing$/);
    await rename(`${file}.away`, file);

    const archive = new DatabaseSync(join(data, 'checkpoints.db'));
    const cosign = archive.prepare('INSERT INTO cosignatures VALUES (?, ?, ?, ?)');
    const logs = archive
      .prepare('SELECT organisation, max(size) AS size FROM checkpoints GROUP BY organisation')
      .all() as { organisation: string; size: number }[];
    const id = `${witness.name}+${witness.id}`;
    const [one, ...rest] = logs;
    cosign.run(one!.organisation, one!.size, id, '');
    assert.deepEqual((await examine(anchor)).lines('witnesses'), [
      `ok witnesses: witness.example has cosigned 1 log, and not yet the newest checkpoint of ${rest.length} log`,
    ]);
    for (const { organisation, size } of rest) cosign.run(organisation, size, id, '');
    archive.close();
    assert.deepEqual((await examine(anchor)).lines('witnesses'), [
      'ok witnesses: witness.example has cosigned the newest checkpoint of each log',
    ]);
  });

  it('prints a line for people, and says what helps', async () => {
    const other = join(directory, 'other');
    const { stdout } = await runCommand(['doctor', '--data', other], { home: directory });
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines[0]!, /^ok {7}node {8}Annals \S+ runs on Node 26\.\S+$/);
    const help = /^warning {2}anchors {5}there are none: .*\. Give --anchor, a place outside of/;
    assert.ok(
      lines.some((line) => help.test(line)),
      stdout,
    );
    assert.ok(!stdout.includes('\u001b'));
    const onTerminal = await runCommand(['doctor', '--data', other], {
      home: directory,
      isTerminal: true,
      env: { NO_COLOR: '1' },
    });
    const isFitting = (line: string) => line.length <= 80 || !line.slice(21).includes(' ');
    assert.ok(onTerminal.stdout.split('\n').every(isFitting), onTerminal.stdout);
    assert.match(onTerminal.stdout, /^ {21}Give --anchor|^ {21}.* Give --anchor/m);
  });
});
