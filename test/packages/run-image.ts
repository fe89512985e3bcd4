/**
 * Runs a command of the image in a container of its own: `node run-image.ts <bundle> [argument…]`. The root is read-only,
 * the user that of the image, there are no capabilities, and the only directory to write in is HOME. The network is the
 * machine's. Ends with the exit code of the command.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface RuntimeConfig {
  process: { args: string[]; env: string[]; [member: string]: unknown };
  root: { path: string; readonly?: boolean };
  mounts: { destination: string; type: string; source: string; options?: string[] }[];
  linux: { namespaces: { type: string }[]; [member: string]: unknown };
}

const [, , bundle = '', ...args] = process.argv;
const { HOME: home = '/nonexistent' } = process.env;

const config = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as RuntimeConfig;
const [entryPoint = ''] = config.process.args;
const variables = new Map<string, string | undefined>([
  ...config.process.env.map((each) => each.split('=', 2) as [string, string]),
  ['HOME', home],
  ['ANNALS_HOST', '127.0.0.1'],
  ...Object.entries(process.env).filter(([name]) => name.startsWith('ANNALS_')),
]);
config.process = {
  ...config.process,
  terminal: false,
  args: [entryPoint, ...args],
  env: [...variables].map(([name, value]) => `${name}=${value}`),
  cwd: home,
  capabilities: {},
  noNewPrivileges: true,
  // To raise a limit may be forbidden here.
  rlimits: [],
};
config.root = { path: join(bundle, 'rootfs'), readonly: true };
config.mounts = [
  ...config.mounts.filter(({ destination }) => ['/proc', '/dev'].includes(destination)),
  {
    destination: home,
    type: 'bind',
    source: home,
    options: ['bind', 'rw', 'nosuid', 'nodev', 'noexec'],
  },
];
config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'network');

const work = mkdtempSync(join(tmpdir(), 'annals-container-'));
writeFileSync(join(work, 'config.json'), JSON.stringify(config));
const id = `annals-${process.pid}`;
const runtime = spawn('runc', ['--root', join(work, 'state'), 'run', '--bundle', work, id], {
  stdio: 'inherit',
});
process.on('SIGTERM', () => runtime.kill('SIGTERM'));
const [code] = (await once(runtime, 'exit')) as [number | null];
rmSync(work, { recursive: true, force: true });
process.exitCode = code ?? 1;
