/**
 * Tests the console in a browser: `npm run test:console`, with file names or `--grep` of Playwright for a part of it,
 * `npm run test:console -- --long` for how quick it is with a million
 * events (`ANNALS_CONSOLE_TEST_EVENTS`). Installs Debian's Chromium through apt-get if it is missing.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { ServerProcess } from '../../test/server-process.fixture.ts';
import { fillLargeTrail, fillTrail } from './trail.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2).filter((argument) => argument !== '--long');
const long = process.argv.includes('--long');

if (!existsSync('/usr/bin/chromium')) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args: string[]) =>
    execFileSync('apt-get', ['--quiet', '--quiet', ...args], { env, stdio: 'inherit' });
  aptGet('update');
  // Without a font texts would have no size.
  aptGet('install', '--yes', '--no-install-recommends', 'chromium', 'fonts-liberation');
}

await build({
  configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
  logLevel: 'warn',
});

await using server = await ServerProcess.start();
const trail = await fillTrail(server);
const { ANNALS_CONSOLE_TEST_EVENTS: events = '1000000' } = process.env;
const large = long ? { large: await fillLargeTrail(server, Number(events)) } : {};
const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
const child = spawn(
  process.execPath,
  [playwright, 'test', '--config', `${here}playwright.config.ts`, ...wanted],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ANNALS_CONSOLE_TEST: JSON.stringify({ ...trail, ...large }),
      ANNALS_CONSOLE_TEST_LONG: long ? '1' : '0',
      // Runs in two clones that share their packages would delete each other's.
      ANNALS_CONSOLE_TEST_OUTPUT: mkdtempSync(join(tmpdir(), 'annals-console-tests-')),
    },
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, 'exit')) as [number | null];
process.exitCode = code ?? 1;
