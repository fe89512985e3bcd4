import {
  type Browser,
  type BrowserContext,
  test as base,
  expect,
  type Page,
} from '@playwright/test';
import type { TestTrail } from './trail.ts';

/** What the server of this run has. */
export const trail = JSON.parse(process.env.ANNALS_CONSOLE_TEST ?? '{}') as TestTrail;

/** What a page did that the console must never do. */
interface Watch {
  /** Reports of the browser that the policy of the page was broken. */
  readonly violations: string[];
  /** Uncaught errors, and what the browser itself calls an error. */
  readonly errors: string[];
  /** Requests to other hosts than the server's, and for fonts. */
  readonly strangeRequests: string[];
}

const watches = new WeakMap<BrowserContext, Watch>();

/** Notes what the pages of a context must never do. `expectNothingStrange` looks at it. */
export async function watch(context: BrowserContext): Promise<Watch> {
  const noted: Watch = { violations: [], errors: [], strangeRequests: [] };
  watches.set(context, noted);
  await context.exposeBinding('noteViolation', (_source, text: string) =>
    noted.violations.push(text),
  );
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const text = `${event.violatedDirective}: ${event.blockedURI} ${event.sample}`;
      (globalThis as unknown as { noteViolation(text: string): void }).noteViolation(text);
    });
  });
  context.on('weberror', (error) => noted.errors.push(String(error.error())));
  context.on('console', (message) => {
    const text = message.text();
    if (/content security policy|trusted ?type/i.test(text)) noted.violations.push(text);
  });
  const own = new URL(trail.url).origin;
  context.on('request', (request) => {
    if (!request.url().startsWith(`${own}/`) || request.resourceType() === 'font') {
      noted.strangeRequests.push(`${request.resourceType()} ${request.url()}`);
    }
  });
  return noted;
}

function expectNothingStrange(context: BrowserContext): void {
  expect(watches.get(context)).toEqual({ violations: [], errors: [], strangeRequests: [] });
}

/** Signs in as a person does, and waits for the page that follows. */
export async function signIn(page: Page, key: string, address = '/console/events'): Promise<void> {
  await page.goto(address);
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toHaveCount(0);
}

/** The cookies of somebody who has signed in, once for each worker: to sign in is a test of its own. */
const signedIn = new Map<string, Promise<Awaited<ReturnType<BrowserContext['storageState']>>>>();

function sessionOf(browser: Browser, key: string) {
  let state = signedIn.get(key);
  if (state === undefined) {
    state = (async () => {
      const context = await browser.newContext({ baseURL: new URL(trail.url).origin });
      const page = await context.newPage();
      await signIn(page, key);
      const cookies = await context.storageState();
      await context.close();
      return cookies;
    })();
    signedIn.set(key, state);
  }
  return state;
}

type ContextOptions = Parameters<Browser['newContext']>[0];

interface People {
  /** Opens a page of a browser of its own, signed in with a key. */
  readonly openAs: (key: string, options?: ContextOptions) => Promise<Page>;
}

/** Every page of a test is watched, also that of somebody who has not signed in (`page`). */
export const test = base.extend<People>({
  context: async ({ context }, use) => {
    await watch(context);
    await use(context);
    expectNothingStrange(context);
  },
  openAs: async ({ browser, contextOptions, viewport, timezoneId, locale, baseURL }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (key, options = {}) => {
      const context = await browser.newContext({
        ...contextOptions,
        viewport,
        ...(timezoneId !== undefined && { timezoneId }),
        ...(locale !== undefined && { locale }),
        ...(baseURL !== undefined && { baseURL }),
        storageState: await sessionOf(browser, key),
        ...options,
      });
      contexts.push(context);
      await watch(context);
      return await context.newPage();
    });
    for (const context of contexts) {
      expectNothingStrange(context);
      await context.close();
    }
  },
});

/** Sends a request with a key, as a program does that is not a browser. */
export async function api<T>(
  method: string,
  path: string,
  key: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(trail.url + path, {
    method,
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** The list of events; it is whole when its rows are there. */
export function eventList(page: Page) {
  return page.getByRole('grid', { name: 'Events' });
}

/** Waits until the list shows events and not their places. */
export async function eventsShown(page: Page): Promise<void> {
  await expect(eventList(page)).toBeVisible();
  await expect(eventList(page).locator('.bone')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Events' })).toHaveAttribute('aria-busy', 'false');
}

/** The rows in view by the labels of their columns: `{ Actor: 'noor', Action: 'kms.Decrypt', … }`, from above. */
export async function rowsShown(page: Page): Promise<readonly Readonly<Record<string, string>>[]> {
  await eventsShown(page);
  return await eventList(page).evaluate((grid) => {
    const texts = (row: Element, role: string) =>
      [...row.querySelectorAll(`[role=${role}]`)].map((cell) => cell.textContent?.trim() ?? '');
    const labels = texts(grid, 'columnheader');
    return [...grid.querySelectorAll('[role=row][data-row]')]
      .toSorted(
        (a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')),
      )
      .map((row) =>
        Object.fromEntries(
          texts(row, 'gridcell').map((text, at) => [labels[at] ?? String(at), text]),
        ),
      );
  });
}

/** Number of events that the page says there are. */
export async function countShown(page: Page): Promise<number> {
  const text = await page
    .getByRole('status')
    .getByText(/^[\d,]+ events?$/)
    .innerText();
  return Number(text.replaceAll(/\D/g, ''));
}

export { expect };
