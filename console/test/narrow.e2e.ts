import { eventsShown, expect, test, trail } from './console.ts';

test.use({ viewport: { width: 320, height: 640 }, hasTouch: true });

test('the whole way on a telephone: filter by value, open an event, close it', async ({
  openAs,
}) => {
  const page = await openAs(trail.auditor, { hasTouch: true });
  await page.goto('/console/events');
  await eventsShown(page);
  await page.getByRole('button', { name: 'Filter by value' }).tap();
  await page
    .getByRole('complementary', { name: 'Values' })
    .getByRole('button', { name: /^sts\.AssumeRole/ })
    .tap();
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText(
    'Action is sts.AssumeRole',
  );
  await page.getByRole('button', { name: 'Hide values' }).tap();
  await eventsShown(page);
  await page
    .getByRole('grid', { name: 'Events' })
    .getByRole('row', { name: /sts\.AssumeRole/ })
    .first()
    .tap();
  const dialog = page.getByRole('dialog', { name: /^Event \d+$/ });
  await expect(dialog).toContainText('sts.AssumeRole');
  await dialog.getByRole('button', { name: 'Close' }).tap();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('grid', { name: 'Events' })).toBeVisible();
});
