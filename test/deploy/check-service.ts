/**
 * Checks `deploy/systemd/annals.service` with systemd's own programs, which need no systemd that runs, and the server as the
 * unit starts it: its environment, without capabilities, with the little of /proc that it sees, and every system call
 * compared with the unit's filter. Needs root, and systemd, strace, openssl and Python; `npm run test:deploy` installs them.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../server-process.fixture.ts';
import { shown } from './shown.ts';

const file = fileURLToPath(new URL('../../deploy/systemd/annals.service', import.meta.url));
const unit = readFileSync(file, 'utf8');
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', env: { ...process.env, SYSTEMD_PAGER: '' } });

/** Every value of a setting, in the order of the file. */
const valuesOf = (name: string) =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);

/** The system calls in a set such as `@system-service`, and in the sets of which it consists. */
function systemCalls(set: string): string[] {
  const lines = run('systemd-analyze', 'syscall-filter', set).split('\n').slice(1);
  const names = lines.map((line) => line.trim()).filter((line) => line !== '' && line[0] !== '#');
  return names.flatMap((name) => (name.startsWith('@') ? systemCalls(name) : [name]));
}

function allowedSystemCalls(): Set<string> {
  const allowed = new Set<string>();
  for (const value of valuesOf('SystemCallFilter')) {
    const isDenied = value.startsWith('~');
    for (const set of value.replace('~', '').split(' ')) {
      for (const name of systemCalls(set)) {
        if (isDenied) allowed.delete(name);
        else allowed.add(name);
      }
    }
  }
  return allowed;
}

const work = mkdtempSync(join(tmpdir(), 'annals-service-'));
try {
  const exposure = run('systemd-analyze', 'security', '--offline=true', '--threshold=20', file);
  const [, level] = /exposure level for annals\.service: ([\d.]+)/.exec(exposure) ?? [];
  assert.ok(Number(level) < 2);
  shown(`systemd-analyze security: exposure ${level}, under 2.0`);

  // The command that it names is not installed here.
  const copy = join(work, 'annals.service');
  writeFileSync(copy, unit.replace('/usr/local/bin/annals', '/bin/true'));
  run('systemd-analyze', 'verify', '--man=no', copy);
  shown('systemd-analyze verify: every setting of the unit is known');

  for (const name of ['annals-backup.service', 'annals-backup.timer']) {
    const text = readFileSync(join(dirname(file), name), 'utf8');
    writeFileSync(join(work, name), text.replace('/usr/local/bin/annals', '/bin/true'));
  }
  const backup = join(dirname(file), 'annals-backup.service');
  run('systemd-analyze', 'security', '--offline=true', '--threshold=20', backup);
  run('systemd-analyze', 'verify', '--man=no', join(work, 'annals-backup.timer'));
  shown('the same of the timer for backups and of its service');

  // As docs/operate/deploy.md creates them.
  const signingKey = run('openssl', 'genpkey', '-algorithm', 'ed25519');
  const operatorKey = `annals_${run('openssl', 'rand', '-hex', '6').trim()}_${run('openssl', 'rand', '-hex', '32')}`;
  for (const [name, content] of Object.entries({
    'signing-key.pem': signingKey,
    'operator-key': operatorKey,
  })) {
    writeFileSync(join(work, name), content);
    chmodSync(join(work, name), 0o400);
  }
  const socket = join(work, 'notify');
  const listener = spawn(
    'python3',
    [
      '-c',
      `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
print(s.recv(4096).decode(), flush=True)`,
      socket,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(listener.stdout, 'data');
  const told = text(listener.stdout);

  const environment = valuesOf('Environment')
    .map((value) => value.replace('%S', work).replace('%d', work))
    .filter((value) => !value.startsWith('ANNALS_DATA='));
  const calls = join(work, 'calls');
  const sandbox = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    'mount -t proc -o subset=pid,hidepid=invisible proc /proc && exec "$@"',
    'sh',
    // Another user than root, who still can read this clone, wherever it is.
    ...['unshare', '--user', '--map-user=1000', '--map-group=1000'],
    ...['setpriv', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'],
    ...['env', '-u', 'ANNALS_OPERATOR_KEY', `NOTIFY_SOCKET=${socket}`, ...environment],
    ...['strace', '-f', '-qq', '-c', '-o', calls],
  ];
  const server = await ServerProcess.on(join(work, 'annals'), [], { through: sandbox });
  assert.equal((await told).trim(), 'READY=1');
  shown('the server tells systemd when it is ready');

  const key = operatorKey.trim();
  await server.json('POST', '/v1/organisations', key, { slug: 'acme', name: 'acme' });
  const created = await server.json<{ key: string }>('POST', '/v1/keys', key, {
    organisation: 'acme',
    role: 'org-admin',
    name: 'test',
  });
  const events = Array.from({ length: 2_000 }, (_, n) => ({ action: 'a', description: `${n}` }));
  await server.json('POST', '/v1/audit/events', created.key, { events });
  const exported = await server.json<object[]>('GET', '/v1/audit/export', created.key);
  assert.equal(exported.length, events.length);
  await (await fetch(`${server.url}/metrics`)).text();
  // strace itself takes no signals.
  const [traced] = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').split(
    ' ',
  );
  process.kill(Number(traced), 'SIGTERM');
  await server.ended();
  const used = readFileSync(calls, 'utf8')
    .split('\n')
    .map((line) => /^\s*\d+\.\d+\s.*\s(\w+)$/.exec(line)?.[1])
    .filter((name) => name !== undefined && name !== 'total') as string[];
  const allowed = allowedSystemCalls();
  assert.ok(used.includes('pwrite64') || used.includes('write'));
  assert.deepEqual(
    used.filter((name) => !allowed.has(name)),
    [],
  );
  assert.doesNotMatch(server.output, /EPERM|EACCES|rror/);
  shown(`records and exports with its keys as credentials, without capabilities, with /proc cut`);
  shown(`all ${used.length} kinds of system calls that it made are allowed by the unit`);
} finally {
  rmSync(work, { recursive: true });
}
