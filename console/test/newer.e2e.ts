import {
  api,
  countShown,
  eventList,
  eventsShown,
  expect,
  rowsShown,
  test,
  trail,
} from './console.ts';

/** Events that arrive while somebody reads. */

const record = (action: string, count = 1) =>
  api('POST', '/v1/audit/events', trail.busy, {
    events: Array.from({ length: count }, (_, at) => ({ action, userIdentity: `usr-${at}` })),
  });

test('newer events are a number on a button; what is read stays until it is pressed', async ({
  openAs,
}) => {
  await record('newer.before', 3);
  const page = await openAs(trail.busy);
  await page.goto('/console/events?action=newer.before&action=newer.after');
  const before = await rowsShown(page);
  expect(await countShown(page)).toBe(3);

  await record('newer.after', 2);
  await record('newer.else');
  const button = page.getByRole('button', { name: '2 newer', exact: true });
  await expect(button).toBeVisible();
  expect(await rowsShown(page)).toEqual(before);

  await button.click();
  await expect.poll(() => countShown(page)).toBe(5);
  await expect(button).toHaveCount(0);
  expect((await rowsShown(page)).map(({ Action }) => Action).toSorted()).toEqual([
    'newer.after',
    'newer.after',
    'newer.before',
    'newer.before',
    'newer.before',
  ]);
});

test('live, new events appear by themselves, but move nothing that is being read', async ({
  openAs,
}) => {
  await record('live.event', 120);
  const page = await openAs(trail.busy);
  await page.goto('/console/events?action=live.event');
  await eventsShown(page);
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await record('live.event');
  await expect.poll(() => countShown(page)).toBe(121);

  // Further down somebody reads: nothing moves, and the button waits.
  await eventList(page).focus();
  await page.keyboard.press('End');
  await expect(eventList(page).locator('[aria-rowindex="122"]')).toBeVisible();
  const read = await rowsShown(page);
  await record('live.event', 2);
  await expect(page.getByRole('button', { name: '2 newer', exact: true })).toBeVisible();
  expect(await rowsShown(page)).toEqual(read);
  expect(await countShown(page)).toBe(121);
});

test('when a key is revoked, its browsers see nothing more', async ({ openAs }) => {
  const { key, id } = await api<{ key: string; id: string }>('POST', '/v1/keys', trail.busy, {
    role: 'org-auditor',
    name: 'for an hour',
  });
  const page = await openAs(key);
  await page.goto('/console/events');
  await expect(page.getByRole('main')).toBeVisible();
  await api('DELETE', `/v1/keys/${id}`, trail.busy);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
});
