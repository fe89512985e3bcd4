import type { Page } from '@playwright/test';
import { eventsShown, expect, trail } from './console.ts';

/** A page of the console in one of the states that it can be in. */
export interface PageState {
  readonly name: string;
  /** Whose page it is; absent for nobody's. */
  readonly key?: string;
  readonly show: (page: Page) => Promise<void>;
}

/** Every page, empty, loading, failed and full. Whoever adds a page adds its states here. */
export const pageStates: readonly PageState[] = [
  {
    name: 'signing in',
    show: async (page) => {
      await page.goto('/console/sign-in');
      await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    },
  },
  {
    name: 'signing in, refused',
    show: async (page) => {
      await page.goto('/console/sign-in');
      await page.getByLabel('Key', { exact: true }).fill('annals_none_none');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  {
    name: 'a page that does not exist',
    key: trail.auditor,
    show: async (page) => {
      await page.goto('/console/none');
      await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
    },
  },
  {
    name: 'the page that verifies a file without a server',
    show: async (page) => {
      await page.goto('/console/verify.html');
      await expect(page.getByRole('heading', { name: 'Verify an event' })).toBeVisible();
    },
  },
  {
    name: 'checkpoints, verified',
    key: trail.auditor,
    show: async (page) => {
      await page.goto('/console/checkpoints');
      await page.getByRole('button', { name: /^Verify/ }).click();
      await expect(page.getByText('Verified', { exact: true })).toBeVisible();
    },
  },
  {
    name: 'checkpoints, not loaded',
    key: trail.auditor,
    show: async (page) => {
      await page.route('**/v1/audit/checkpoint', (route) => route.abort());
      await page.goto('/console/checkpoints');
      await expect(page.getByRole('alert').first()).toBeVisible();
    },
  },
  {
    name: 'an event that is verified, and one that is not what was recorded',
    key: trail.auditor,
    show: async (page) => {
      await page.goto('/console/events?event=1');
      await page.getByRole('button', { name: 'Verify', exact: true }).click();
      await expect(page.getByText('Verified in this browser').first()).toBeVisible();
      await page.route('**/v1/audit/checkpoint', (route) => route.fulfill({ body: 'nothing' }));
      await page.keyboard.press('v');
      await expect(page.getByText('do not rely on it')).toBeVisible();
    },
  },
  {
    name: 'events',
    key: trail.admin,
    show: async (page) => {
      await page.goto('/console/events');
      await eventsShown(page);
      await expect(page.getByRole('listbox', { name: /^Events over time/ })).toBeVisible();
    },
  },
  {
    name: 'events, filtered',
    key: trail.admin,
    show: async (page) => {
      await page.goto('/console/events?outcome=failure&-action=kms.Decrypt&from=2026-06-01');
      await eventsShown(page);
      await expect(page.getByRole('list', { name: 'Filters' })).toBeVisible();
    },
  },
  {
    name: 'events, one of them open',
    key: trail.admin,
    show: async (page) => {
      await page.goto('/console/events?action=order.refund');
      await eventsShown(page);
      await page.getByRole('row', { name: /order\.refund/ }).click();
      await expect(page.getByText('Refunded order 1042').first()).toBeVisible();
    },
  },
  {
    name: 'events, an erased one open',
    key: trail.admin,
    show: async (page) => {
      await page.goto(`/console/events?userIdentity=${trail.erasedUser}`);
      await eventsShown(page);
      await page.getByRole('row', { name: /profile\.read/ }).click();
      await expect(page.getByText('personal fields were erased')).toBeVisible();
    },
  },
  {
    name: 'events, none yet',
    key: trail.newcomer,
    show: async (page) => {
      await page.goto('/console/events');
      await expect(page.getByRole('heading', { name: 'No events yet' })).toBeVisible();
    },
  },
  {
    name: 'events, none that match',
    key: trail.auditor,
    show: async (page) => {
      await page.goto('/console/events?action=nobody.did.that&outcome=failure');
      await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
    },
  },
  {
    name: 'events, loading',
    key: trail.auditor,
    show: async (page) => {
      // Held for as long as the page is looked at: a real server is never slow for just so long.
      await page.route('**/v1/audit?*', () => {});
      await page.goto('/console/events');
      await expect(page.getByText('Loading …')).toBeVisible();
    },
  },
  {
    name: 'events, failed',
    key: trail.auditor,
    show: async (page) => {
      await page.goto('/console/events?from=yesterday');
      await expect(page.getByRole('alert')).toContainText('from');
    },
  },
  {
    name: 'keys',
    key: trail.admin,
    show: async (page) => {
      await page.goto('/console/keys');
      await expect(page.getByRole('table')).toContainText('audit 2026');
    },
  },
  {
    name: 'keys, not allowed',
    key: trail.auditor,
    show: async (page) => {
      await page.goto('/console/keys');
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  {
    name: 'sessions',
    key: trail.admin,
    show: async (page) => {
      await page.goto('/console/sessions');
      await expect(page.getByRole('table').getByRole('row').nth(1)).toBeVisible();
    },
  },
  {
    name: 'keys, creating one',
    key: trail.admin,
    show: async (page) => {
      await page.goto('/console/keys');
      await page.getByRole('button', { name: 'Create key' }).click();
      await expect(page.getByRole('dialog').getByLabel('Name')).toBeVisible();
    },
  },
  {
    name: 'links, none yet',
    key: trail.stranger,
    show: async (page) => {
      await page.goto('/console/links');
      await expect(page.getByRole('heading', { name: 'No link lets anybody in' })).toBeVisible();
    },
  },
  {
    name: 'a link without its secret',
    show: async (page) => {
      await page.goto('/console/link');
      await expect(page.getByText('needs the whole link')).toBeVisible();
    },
  },
  {
    name: 'events, exporting them',
    key: trail.auditor,
    show: async (page) => {
      await page.goto('/console/events?-action=kms.Decrypt');
      await eventsShown(page);
      await page.getByRole('button', { name: 'Export' }).click();
      await expect(page.getByRole('dialog')).toContainText('annals export');
    },
  },
  {
    name: 'people, none yet',
    key: trail.stranger,
    show: async (page) => {
      await page.goto('/console/people');
      await expect(page.getByRole('heading', { name: 'Nobody has a passkey yet' })).toBeVisible();
    },
  },
];
