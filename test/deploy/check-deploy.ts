/**
 * Checks what is in `deploy/` with the real programs: `npm run test:deploy`. Installs through apt-get those that are missing,
 * and prints one line for each thing that it has shown.
 */
import { execFileSync, spawnSync } from 'node:child_process';

/** Of each program, Debian's package. */
const packages = {
  'systemd-analyze': 'systemd',
  strace: 'strace',
  openssl: 'openssl',
  nginx: 'nginx-light',
  caddy: 'caddy',
  '/usr/bin/docker-compose': 'docker-compose',
  python3: 'python3',
};

const missing = Object.entries(packages)
  .filter(([program]) => spawnSync('which', [program]).status !== 0)
  .map(([, name]) => name);
if (missing.length > 0) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args: string[]) =>
    execFileSync('apt-get', ['--quiet', '--quiet', ...args], { env, stdio: 'inherit' });
  aptGet('update');
  aptGet('install', '--yes', '--no-install-recommends', ...missing);
}

for (const [what, check] of [
  ['the service of systemd', () => import('./check-service.ts')],
  ['compose.yaml', () => import('./check-compose.ts')],
  ['nginx and Caddy in front of a server', () => import('./check-proxies.ts')],
] as const) {
  process.stdout.write(`${what}\n`);
  await check();
}
