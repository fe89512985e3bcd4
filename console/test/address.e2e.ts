import { api, countShown, eventList, expect, rowsShown, test, trail } from './console.ts';

/** The address is the state: whoever opens it sees the same rows. */

test('reloading shows the same rows, also after more events have arrived', async ({ openAs }) => {
  const page = await openAs(trail.stranger);
  await page.goto('/console/events?action=patient.read');
  expect(await countShown(page)).toBe(1);
  const before = await rowsShown(page);
  expect(new URL(page.url()).searchParams.get('snapshot')).not.toBeNull();

  const event = { action: 'patient.read', userIdentity: 'usr-late' };
  await api('POST', '/v1/audit/events', trail.stranger, event);
  await page.reload();
  expect(await rowsShown(page)).toEqual(before);
  expect(await countShown(page)).toBe(1);
});

test('Back and Forward go through the searches one by one', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events');
  const all = await rowsShown(page);
  const values = page.getByRole('complementary', { name: 'Values' });

  await values.getByRole('button', { name: /^sts\.AssumeRole/ }).click();
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText(
    'Action is sts.AssumeRole',
  );
  const decrypted = await rowsShown(page);
  expect(new Set(decrypted.map(({ Action }) => Action))).toEqual(new Set(['sts.AssumeRole']));

  await values.getByRole('button', { name: /^failure/ }).click();
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText('Outcome is failure');
  const denied = await rowsShown(page);
  for (const { Outcome } of denied) expect(Outcome).toMatch(/^Failed/);

  await page.goBack();
  await expect(page.getByRole('list', { name: 'Filters' })).not.toContainText('Outcome');
  expect(await rowsShown(page)).toEqual(decrypted);
  await page.goBack();
  await expect(page.getByRole('list', { name: 'Filters' })).toHaveCount(0);
  expect(await rowsShown(page)).toEqual(all);
  await page.goForward();
  await expect(page.getByRole('list', { name: 'Filters' })).toBeVisible();
  expect(await rowsShown(page)).toEqual(decrypted);
});

test('a link opened in another time zone shows the same events', async ({ openAs }) => {
  const here = await openAs(trail.auditor, { timezoneId: 'America/New_York' });
  await here.goto('/console/events?outcome=failure&from=2026-06-02&to=2026-06-02');
  const rows = await rowsShown(here);
  const total = await countShown(here);
  expect(total).toBeGreaterThan(20);

  const there = await openAs(trail.admin, { timezoneId: 'Pacific/Auckland' });
  await there.goto(here.url());
  expect(await countShown(there)).toBe(total);
  expect(await rowsShown(there)).toEqual(rows);

  // In a zone that the address names, the same events have other words for their times, everywhere the same.
  const named = new URL(here.url());
  named.searchParams.set('zone', 'Asia/Kathmandu');
  await there.goto(named.href);
  const inKathmandu = await rowsShown(there);
  expect(inKathmandu.map(({ Time, ...rest }) => rest)).toEqual(
    rows.map(({ Time, ...rest }) => rest),
  );
  expect(inKathmandu[0]?.Time).toMatch(/\+05:45$/);
  await here.goto(named.href);
  expect(await rowsShown(here)).toEqual(inKathmandu);
});

test('a link to an event opens it beside its list', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?action=order.refund');
  await eventList(page)
    .getByRole('row', { name: /order\.refund/ })
    .click();
  await expect(page.getByRole('complementary', { name: /^Event \d+$/ })).toBeVisible();

  const other = await openAs(trail.admin);
  await other.goto(page.url());
  const panel = other.getByRole('complementary', { name: /^Event \d+$/ });
  await expect(panel).toContainText('Refunded order 1042 because the parcel was lost');
  expect(await countShown(other)).toBe(1);
});

test('an id that looks like a number stays a text', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?userIdentity=662E41&userIdentity=007');
  const filters = page.getByRole('list', { name: 'Filters' });
  await expect(filters).toContainText('User is 662E41');
  await expect(filters).toContainText('User is 007');
  await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
  expect(new URL(page.url()).searchParams.getAll('userIdentity')).toEqual(['662E41', '007']);
});
