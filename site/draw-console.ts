/**
 * Takes the pictures of the console for the documentation, from a real run of the demonstration, in Debian's Chromium:
 * `npm run docs:console`. Build the console first. Each picture is taken in light and in dark.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from '@playwright/test';

const root = fileURLToPath(new URL('..', import.meta.url));
const { CHROMIUM: executablePath = '/usr/bin/chromium' } = process.env;

interface Picture {
  readonly name: string;
  readonly size: { readonly width: number; readonly height: number };
  /** What somebody does, from the list of events on, to see it. */
  readonly show: (page: Page) => Promise<void>;
}

const wide = { width: 1280, height: 800 };

async function verifySecretRead(page: Page): Promise<void> {
  await page
    .getByRole('row', { name: /secrets\.get_value/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText('Verified in this browser').first().waitFor();
  // The pointer would colour the row that it rests on.
  await page.mouse.move(0, 0);
}

const pictures: readonly Picture[] = [
  { name: 'console', size: wide, show: verifySecretRead },
  {
    name: 'console-narrow',
    size: { width: 390, height: 844 },
    show: async (page) => {
      await page.getByText('newer').waitFor({ state: 'detached' });
    },
  },
];

const demo = spawn(process.execPath, ['bin/annals.js', 'demo', '--keep'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const { api, key } = await connectionOf(demo.stdout);
  const browser = await chromium.launch({ executablePath });
  for (const picture of pictures) {
    for (const scheme of ['light', 'dark'] as const) await take(browser, api, key, picture, scheme);
  }
  await browser.close();
} finally {
  demo.kill('SIGINT');
  await once(demo, 'exit');
}

/** What the demonstration prints for whoever goes on with it. */
async function connectionOf(
  output: NodeJS.ReadableStream,
): Promise<{ readonly api: string; readonly key: string }> {
  let api: string | undefined;
  for await (const line of createInterface({ input: output })) {
    api ??= /export ANNALS_API=(\S+)/.exec(line)?.[1];
    const keyFile = /export ANNALS_KEY_FILE=(\S+)/.exec(line)?.[1];
    if (api !== undefined && keyFile !== undefined) {
      return { api, key: readFileSync(keyFile, 'utf8').trim() };
    }
  }
  throw new Error('The demonstration ended and named no server');
}

async function take(
  browser: Browser,
  api: string,
  key: string,
  { name, size, show }: Picture,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const page = await browser.newPage({ viewport: size, colorScheme });
  await page.goto(`${api}/console/events`);
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page
    .getByRole('row', { name: /secrets\.get_value/ })
    .first()
    .waitFor();
  await show(page);
  await page.screenshot({ path: `${root}docs/start/${name}-${colorScheme}.png` });
  await page.close();
}
