import { defineConfig } from '@playwright/test';

const long = process.env.ANNALS_CONSOLE_TEST_LONG === '1';

/**
 * Tests of the console in Debian's Chromium: `npm run test:console` builds the console and starts a server first
 * (`run-console-tests.ts`). Each test gets its address from `ANNALS_CONSOLE_TEST`.
 */
export default defineConfig({
  testDir: '.',
  testMatch: long ? '*.e2e.long.ts' : '*.e2e.ts',
  outputDir: process.env.ANNALS_CONSOLE_TEST_OUTPUT ?? '../../node_modules/.cache/console-tests',
  fullyParallel: true,
  // Two cores have a server, a browser and the tests. What is measured has them for itself.
  workers: long ? 1 : 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    ...(process.env.ANNALS_CONSOLE_TEST !== undefined && {
      baseURL: new URL(JSON.parse(process.env.ANNALS_CONSOLE_TEST).url).origin,
    }),
    viewport: { width: 1440, height: 900 },
    timezoneId: 'Europe/Amsterdam',
    locale: 'en-GB',
    // A trace of each test costs more than the test: `--trace on` for the one that fails.
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      // Root runs the tests in CI, and Chromium has no sandbox for root; a container's /dev/shm is small.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
  },
});
