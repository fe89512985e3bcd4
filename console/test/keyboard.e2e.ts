import type { Page } from '@playwright/test';
import { countShown, eventList, eventsShown, expect, rowsShown, test, trail } from './console.ts';

/** Presses Tab until something has the focus; fails when it cannot be reached. */
async function tabTo(page: Page, wanted: string, most = 80): Promise<void> {
  const reached: string[] = [];
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    const name = await focusName(page);
    reached.push(name);
    if (name.includes(wanted)) {
      expect(await focusIsVisible(page), `${name} shows that it has the focus`).toBe(true);
      return;
    }
  }
  throw new Error(`Tab does not reach ${wanted}: ${reached.join(' > ')}`);
}

function focusName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return '';
    const label =
      element.getAttribute('aria-label') ??
      (element as HTMLInputElement).labels?.[0]?.textContent ??
      element.textContent ??
      '';
    return label.trim();
  });
}

function focusIsVisible(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === null) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return (
      element.matches(':focus-visible') &&
      outlineStyle !== 'none' &&
      Number.parseFloat(outlineWidth) >= 2
    );
  });
}

test('the whole job by keyboard alone: sign in, narrow down, read an event, sign out', async ({
  page,
}) => {
  await page.goto('/console/events');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await tabTo(page, 'Key');
  await page.keyboard.type(trail.auditor);
  await page.keyboard.press('Enter');
  await eventsShown(page);

  // A slash leads to the search from anywhere.
  await page.keyboard.press('/');
  await page.keyboard.type('parcel');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText(
    'Description has “parcel”',
  );
  await eventsShown(page);
  expect(await countShown(page)).toBe(1);

  await tabTo(page, 'Drop the filter: Description has “parcel”');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Filters' })).toHaveCount(0);
  await eventsShown(page);

  // A value is kept by Enter or Space, and left out by its other button.
  await tabTo(page, 'sts.AssumeRole');
  await page.keyboard.press('Space');
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText(
    'Action is sts.AssumeRole',
  );
  await eventsShown(page);

  // In the list arrows move, Enter opens, Escape closes and gives the focus back.
  await eventList(page).focus();
  const rows = await rowsShown(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: /^Event \d+$/ });
  await expect(panel).toContainText(rows[2]!.Actor!);
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(eventList(page)).toBeFocused();

  await tabToBack(page, 'audit 2026');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('End');
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});

async function tabToBack(page: Page, wanted: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Shift+Tab');
    if ((await focusName(page)).includes(wanted)) return;
  }
  throw new Error(`Shift+Tab does not reach ${wanted}`);
}

test('time is selected by keyboard', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?to=2026-06-03');
  await eventsShown(page);
  const all = await countShown(page);
  const bars = page.getByRole('listbox', { name: /^Events over time/ });
  await bars.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(bars.getByRole('option', { selected: true })).toHaveCount(3);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/from=2026-06-0/);
  await eventsShown(page);
  await expect.poll(() => countShown(page)).toBeLessThan(all);
  expect(await countShown(page)).toBeGreaterThan(0);
});

test('the first press of Tab offers to skip to the page', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events');
  await eventsShown(page);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the page' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
});

test('what Tab reaches shows that it has the focus, and nothing holds it', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?action=order.refund');
  await eventsShown(page);
  await page.getByRole('row', { name: /order\.refund/ }).click();
  await expect(page.getByRole('complementary', { name: /^Event \d+$/ })).toContainText('Refunded');
  const unseen: string[] = [];
  const seen = new Set<string>();
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press('Tab');
    const name = await focusName(page);
    // Behind the last element the focus leaves the page.
    if (name === '') break;
    seen.add(name);
    if (!(await focusIsVisible(page))) unseen.push(name);
  }
  expect(await focusName(page)).toBe('');
  expect(seen.size).toBeGreaterThan(25);
  expect(unseen).toEqual([]);
});
