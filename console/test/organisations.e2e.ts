import { api, countShown, eventsShown, expect, rowsShown, test, trail } from './console.ts';

test('two organisations in two browsers see their own events, whatever the address says', async ({
  openAs,
}) => {
  const [acme, clinic] = [await openAs(trail.auditor), await openAs(trail.stranger)];
  await Promise.all([acme.goto('/console/events'), clinic.goto('/console/events')]);
  await Promise.all([eventsShown(acme), eventsShown(clinic)]);
  await expect(acme.getByRole('banner')).toContainText('acme');
  await expect(clinic.getByRole('banner')).toContainText('clinic');
  expect(await countShown(acme)).toBe(trail.total);
  for (const { Action } of await rowsShown(clinic)) expect(Action).toMatch(/^patient\./);
  const values = clinic.getByRole('complementary', { name: 'Values' });
  await expect(values).toContainText('patient.read');
  await expect(values).not.toContainText('kms.Decrypt');

  // A link of one organisation, opened by the other, shows nothing of the first.
  await acme.goto('/console/events?action=order.refund');
  expect(await countShown(acme)).toBe(1);
  await clinic.goto(acme.url());
  await expect(clinic.getByRole('main')).not.toContainText('Noor Haddad');
  await expect(clinic.getByRole('main')).not.toContainText('order-1042');
  await clinic.goto('/console/events?organizationIdentity=acme');
  await expect(clinic.getByRole('main')).not.toContainText('kms.Decrypt');

  // Neither does its event, by its id or its sequence.
  const { items } = await api<{ items: readonly { eventID: string; sequence: number }[] }>(
    'GET',
    '/v1/audit?action=order.refund',
    trail.auditor,
  );
  const { eventID, sequence } = items[0]!;
  const statuses = await clinic.evaluate(
    async (paths) => Promise.all(paths.map(async (path) => (await fetch(path)).status)),
    [`/v1/audit/${eventID}`, `/v1/audit/sequence/${sequence}`],
  );
  expect(statuses).toEqual([404, 404]);
});

test('who signs out sees nothing any more, in every tab', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  // A session of its own: the others of this worker stay signed in.
  await page.context().clearCookies();
  await page.goto('/console/events');
  await page.getByLabel('Key', { exact: true }).fill(trail.auditor);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await eventsShown(page);
  const other = await page.context().newPage();
  await other.goto('/console/events');
  await eventsShown(other);

  await page.getByRole('button', { name: 'audit 2026' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('grid')).toHaveCount(0);
  await other.reload();
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});
