import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import { verifyEventProof } from '../../src/export/verify/verify-event-proof.ts';
import { parseKnownKey } from '../../src/integrity/known-key.ts';
import { api, eventList, eventsShown, expect, test, trail } from './console.ts';

/** Verifying in the browser. What is in the way between it and the server changes bytes here. */

const panelOf = (page: Page) => page.getByRole('complementary', { name: /^Event \d+$/ });
const verdictOf = (page: Page) => panelOf(page).getByRole('status').first();

async function openEvent(page: Page, action = 'order.refund'): Promise<void> {
  await page.goto(`/console/events?action=${action}`);
  await eventsShown(page);
  await eventList(page).getByRole('row').nth(1).click();
  await expect(panelOf(page)).toContainText('Not verified here yet');
}

/** Adds an event that other tests do not see, so that the next checkpoint is a larger one. */
const grow = () =>
  api('POST', '/v1/audit/events', trail.writer, {
    action: 'tick',
    context: { system_service: 'clock' },
  });

const currentKey = async () =>
  (await api<{ current: string }>('GET', '/v1/audit/keys', trail.auditor)).current;

/** Changes one bit of each answer whose address matches, at a place between 0 and 1 of its length. */
async function tamper(page: Page, address: RegExp, place: number): Promise<void> {
  await page.route(address, async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[Math.floor(place * (body.length - 1))]! ^= 1;
    await route.fulfill({ response, body });
  });
}

test('one click verifies an event, and every step can be read', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await openEvent(page);
  await panelOf(page).getByRole('button', { name: 'Verify' }).click();
  await expect(verdictOf(page)).toHaveText('Verified in this browser');
  await expect(panelOf(page).getByRole('listitem').filter({ hasText: 'passed' })).toHaveText([
    /^The keys/,
    /^The checkpoint/,
    /^What was there before/,
    /^The event/,
    /^Its place in the log/,
  ]);
  await panelOf(page).getByText('The event', { exact: true }).click();
  const raw = panelOf(page)
    .getByRole('definition')
    .filter({ hasText: /^\{"action"/ });
  expect(JSON.parse(await raw.first().innerText())).toMatchObject({ action: 'order.refund' });
  await panelOf(page).getByText('What this does not prove').click();
  await expect(panelOf(page)).toContainText('annals verify');
  await expect(eventList(page).getByRole('row').nth(1)).toContainText('Verified in this browser');

  // Event, proof and checkpoint as one file, which the command verifies without this page.
  const saving = page.waitForEvent('download');
  await panelOf(page).getByRole('button', { name: 'Download proof' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toMatch(/^event-\d+\.event-proof\.json$/);
  const report = verifyEventProof('it', await readFile(await saved.path(), 'utf8'), {
    keys: [parseKnownKey(await currentKey())],
  });
  expect(report).toMatchObject({ proved: true, event: { action: 'order.refund' } });

  // The second time the browser knows the log.
  await grow();
  await panelOf(page).getByRole('button', { name: 'Verify again' }).click();
  await expect(panelOf(page)).toContainText('The log has only grown');
});

test('a saved proof is verified by a saved page, without any server', async ({
  openAs,
  browser,
}) => {
  const page = await openAs(trail.auditor);
  await openEvent(page);
  await panelOf(page).getByRole('button', { name: 'Verify' }).click();
  const saving = page.waitForEvent('download');
  await panelOf(page).getByRole('button', { name: 'Download proof' }).click();
  const proof = await (await saving).path();

  const folder = await mkdtemp(join(tmpdir(), 'annals-offline-'));
  const saved = join(folder, 'verify.html');
  await writeFile(saved, await (await fetch(`${trail.url}/console/verify.html`)).text());
  const offline = await browser.newContext({ offline: true });
  try {
    const alone = await offline.newPage();
    const asked: string[] = [];
    alone.on('request', (request) => asked.push(request.url()));
    await alone.goto(pathToFileURL(saved).href);
    await alone.getByLabel(/verifier key/).fill(await currentKey());
    await alone.getByLabel(/The file/).setInputFiles(proof);
    await expect(alone.getByText(/^Proved: event \d+ is in the log$/)).toBeVisible();
    await expect(alone.locator('pre')).toContainText('order.refund');

    const changed = join(folder, 'changed.event-proof.json');
    await writeFile(changed, (await readFile(proof, 'utf8')).replace('parcel', 'Parcel'));
    await alone.getByLabel(/The file/).setInputFiles(changed);
    await expect(alone.getByText('Not proved')).toBeVisible();
    expect(asked.filter((address) => !address.startsWith('file:'))).toEqual([]);
  } finally {
    await offline.close();
    await rm(folder, { recursive: true });
  }
});

test('by keyboard: v verifies the current row, and a button all that are loaded', async ({
  openAs,
}) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events');
  await eventsShown(page);
  await eventList(page).focus();
  await page.keyboard.press('j');
  await page.keyboard.press('v');
  const rows = eventList(page).getByRole('row');
  await expect(rows.nth(2)).toContainText('Verified in this browser');
  await expect(rows.nth(1)).toContainText('Not verified here');
  await page.getByRole('button', { name: 'Verify this page' }).click();
  await expect(page.getByText('Verified 100 events')).toBeVisible();
  await expect(rows.filter({ hasText: 'Not verified here' })).toHaveCount(0);
});

test('any changed answer is red: event, list, keys, checkpoint and proof', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await openEvent(page);
  const again = panelOf(page).getByRole('button', { name: /^Verify/ });
  await again.click();
  await expect(verdictOf(page)).toHaveText('Verified in this browser');
  const parts = ['audit/keys$', 'audit/checkpoint$', 'proof/inclusion', 'proof/consistency'];
  for (const part of parts) {
    for (const place of [0.21, 0.77]) {
      await grow();
      await tamper(page, new RegExp(part), place);
      await again.click();
      await expect(verdictOf(page), `${part} at ${place}`).toContainText('do not rely on it');
      await page.unroute(new RegExp(part));
      await again.click();
      await expect(verdictOf(page)).toHaveText('Verified in this browser');
    }
  }

  // A list that says something else than the log, of one event.
  await page.route(/v1\/audit\?/, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace('"outcome":"success"', '"outcome":"failure"');
    await route.fulfill({ response, body });
  });
  await page.goto('/console/events');
  await eventsShown(page);
  await page.getByRole('button', { name: 'Verify this page' }).click();
  await expect(page.getByText(/1 event of 100 not verified/)).toBeVisible();
  await expect(
    eventList(page).getByRole('row').filter({ hasText: 'Verified in this browser' }),
  ).toHaveCount(0);
});

test('a log that was rolled back is an alarm on every page, with the evidence', async ({
  openAs,
}) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/checkpoints');
  const older = await page.getByText(/^\S+\/org-\S+\n\d+\n/).innerText();
  await grow();
  await page.getByRole('button', { name: 'Verify the log' }).click();
  await expect(page.getByText('Verified', { exact: true })).toBeVisible();

  // The server answers with a checkpoint from before, signed by the same key.
  await page.route(/audit\/checkpoint$/, (route) =>
    route.fulfill({ contentType: 'text/plain', body: older.endsWith('\n') ? older : `${older}\n` }),
  );
  await page.getByRole('button', { name: 'Verify that the log only grew' }).click();
  const alarm = page.getByRole('alert').filter({ hasText: 'This log was rolled back' });
  await expect(alarm).toContainText(/it had \d+ events at .*, and now has \d+/);
  await page.goto('/console/events');
  await expect(alarm).toBeVisible();
  await alarm.getByRole('link').click();
  const browser = page.getByRole('region', { name: 'This browser' });
  await expect(browser).toContainText('Known before');
  await expect(browser.locator('pre').nth(1)).toHaveText(older.trim());

  await page.unroute(/audit\/checkpoint$/);
  await browser.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByRole('button', { name: 'Verify that the log only grew' }).click();
  await expect(page.getByText(/^The log has only grown: it begins/)).toBeVisible();
  await expect(alarm).toHaveCount(0);
});

test('without cryptography nothing is green, and the page says why', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  // As over plain HTTP from another machine.
  await page.addInitScript(() =>
    Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined }),
  );
  await openEvent(page);
  await expect(panelOf(page)).toContainText('This page came over plain HTTP');
  await panelOf(page).getByRole('button', { name: 'Verify' }).click({ force: true });
  await page.keyboard.press('v');
  await expect(verdictOf(page)).toHaveText('Not verified here yet');
  await expect(page.getByRole('button', { name: 'Verify this page' })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
});

test('an erased event is proved by the commitment to what it had', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await openEvent(page, `profile.read&userIdentity=${trail.erasedUser}`);
  await expect(panelOf(page)).toContainText('Its personal fields were erased');
  await page.keyboard.press('v');
  await expect(verdictOf(page)).toHaveText('Verified in this browser');
  await panelOf(page).getByText('The event', { exact: true }).click();
  await expect(panelOf(page).getByRole('term').filter({ hasText: 'commitment' })).toBeVisible();
});
