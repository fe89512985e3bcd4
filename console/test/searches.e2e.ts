import { countShown, eventsShown, expect, test, trail } from './console.ts';

/** Searches that are kept, and keys that work anywhere. */

test('a search is saved, opened by somebody else, and deleted', async ({ openAs }) => {
  const page = await openAs(trail.admin);
  await page.goto('/console/events?outcome=failure&-action=sts.AssumeRole');
  const failures = await countShown(page);
  await page.getByRole('button', { name: 'Searches' }).click();
  await page.getByRole('menuitem', { name: /^Save this search/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Save this search' });
  await dialog.getByLabel('Name').fill('Failures but for roles');
  await dialog.getByRole('button', { name: 'Save search' }).click();
  await expect(dialog).toHaveCount(0);

  const other = await openAs(trail.auditor);
  await other.goto('/console/events');
  await eventsShown(other);
  await other.getByRole('button', { name: 'Searches' }).click();
  await other.getByRole('menuitem', { name: 'Failures but for roles' }).click();
  await expect.poll(() => countShown(other)).toBe(failures);
  const { searchParams } = new URL(other.url());
  expect([searchParams.getAll('outcome'), searchParams.getAll('-action')]).toEqual([
    ['failure'],
    ['sts.AssumeRole'],
  ]);

  await page.getByRole('button', { name: 'Searches' }).click();
  await page.getByRole('menuitem', { name: /^Delete one/ }).click();
  const deletion = page.getByRole('dialog', { name: 'Delete a search' });
  await deletion.getByLabel('Which').selectOption({ label: 'Failures but for roles' });
  await deletion.getByRole('button', { name: 'Delete search' }).click();
  await expect(deletion).toHaveCount(0);
  await page.getByRole('button', { name: 'Searches' }).click();
  await expect(page.getByText('None is saved')).toBeVisible();
});

test('keys are listed, and do nothing once they are turned off', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events');
  await eventsShown(page);
  const search = page.getByRole('searchbox', { name: 'Search in descriptions' });
  await page.keyboard.press('/');
  await expect(search).toBeFocused();
  // While something is typed, keys are letters.
  await page.keyboard.type('/?v');
  await expect(search).toHaveValue('/?v');

  await page.getByRole('grid').focus();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys' });
  await dialog.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await page.getByRole('grid').focus();
  await page.keyboard.press('?');
  await page.keyboard.press('/');
  await expect(dialog).toHaveCount(0);
  await expect(search).not.toBeFocused();

  await page.getByRole('banner').getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Keys of the keyboard' }).click();
  await dialog.getByRole('checkbox').check();
  await page.keyboard.press('Escape');
  await page.getByRole('grid').focus();
  await page.keyboard.press('/');
  await expect(search).toBeFocused();
});

test('on paper there are the events, and nothing to press', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?action=order.refund');
  await eventsShown(page);
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('row', { name: /order\.refund/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Export' })).toBeHidden();
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeHidden();
});
