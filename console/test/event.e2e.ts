import { api, eventsShown, expect, test, trail } from './console.ts';

/** Reading one event. */

test('an event is a sentence, fields with their meaning, what changed, and its raw JSON', async ({
  openAs,
}) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?action=order.refund');
  await eventsShown(page);
  await page.getByRole('row', { name: /order\.refund/ }).click();
  const panel = page.getByRole('complementary', { name: /^Event \d+$/ });
  await expect(panel).toContainText(
    'Noor Haddad did order.refund on order order-1042 from 203.0.113.24',
  );
  await expect(panel.getByRole('term').filter({ hasText: /^User$/ })).toHaveAttribute(
    'title',
    'Identity of the acting person',
  );

  // The differences by path; what stayed the same is not there.
  const changes = panel.getByRole('table');
  const rows = await changes.getByRole('row').allInnerTexts();
  expect(rows.map((row) => row.split(/\s+/).join(' '))).toEqual([
    'What Before After',
    expect.stringMatching(/^amount\.value.* 4200 0$/),
    expect.stringMatching(/^status.* paid refunded$/),
    expect.stringMatching(/^tags.* lost$/),
  ]);

  const raw = JSON.parse(await panel.locator('pre').innerText()) as { eventID: string };
  const event = await api<object>('GET', `/v1/audit/${raw.eventID}`, trail.admin);
  expect(raw).toEqual(event);
});

test('an event is copied as curl, as a command and as JSON', async ({ openAs }) => {
  const page = await openAs(trail.auditor, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto('/console/events?action=order.refund');
  await eventsShown(page);
  await page.getByRole('row', { name: /order\.refund/ }).click();
  const panel = page.getByRole('complementary', { name: /^Event \d+$/ });
  const sequence = (await panel.getByRole('heading', { level: 2 }).innerText()).replaceAll(
    /\D/g,
    '',
  );
  const copied = async (name: string) => {
    await panel.getByRole('button', { name, exact: true }).click();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  expect(await copied('curl')).toBe(
    `curl -H @acme.header '${new URL(trail.url).origin}/v1/audit/sequence/${sequence}'`,
  );
  expect(await copied('annals')).toBe(`annals events get --sequence ${sequence}`);
  expect(JSON.parse(await copied('JSON'))).toMatchObject({ action: 'order.refund' });
});

test('related events are one click away, with the same snapshot', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?action=order.refund');
  await eventsShown(page);
  const snapshot = new URL(page.url()).searchParams.get('snapshot');
  await page.getByRole('row', { name: /order\.refund/ }).click();
  const panel = page.getByRole('complementary', { name: /^Event \d+$/ });
  await panel.getByRole('link', { name: 'Same trace' }).click();
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText(
    'Trace is 4bf92f3577b34da6a3ce929d0e0e4736',
  );
  await eventsShown(page);
  const grid = page.getByRole('grid', { name: 'Events' });
  await expect(grid.getByRole('row', { name: /customer\.export/ })).toBeVisible();
  await expect(grid.getByRole('row', { name: /order\.refund/ })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  expect(new URL(page.url()).searchParams.get('snapshot')).toBe(snapshot);
});

test('a value of an event becomes a filter', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?action=customer.export');
  await eventsShown(page);
  await page.getByRole('row', { name: /customer\.export/ }).click();
  const panel = page.getByRole('complementary', { name: /^Event \d+$/ });
  await panel.getByRole('button', { name: 'Leave out User usr-sam' }).click();
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText('User is not usr-sam');
  await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
});

test('what was erased is said, and not shown', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto(`/console/events?userIdentity=${trail.erasedUser}`);
  await eventsShown(page);
  await expect(page.getByRole('row', { name: /profile\.read/ })).toContainText('erased');
  await page.getByRole('row', { name: /profile\.read/ }).click();
  const panel = page.getByRole('complementary', { name: /^Event \d+$/ });
  await expect(panel).toContainText('Its personal fields were erased');
  await expect(panel).not.toContainText('Somebody who left');
  await expect(panel).not.toContainText('198.51.100.9');
});
