import { api, countShown, expect, rowsShown, signIn, test, trail } from './console.ts';

test('a key is exchanged for a session that the browser keeps and no script can read', async ({
  page,
  context,
}) => {
  await signIn(page, trail.auditor);
  await expect(page).toHaveURL(/\/console\/events/);
  expect(await countShown(page)).toBe(trail.total);

  const cookies = await context.cookies();
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatchObject({
    name: '__Host-annals',
    httpOnly: true,
    secure: true,
    sameSite: 'Lax',
    path: '/',
  });
  const kept = await page.evaluate(() =>
    JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href]),
  );
  const secret = trail.auditor.split('_')[2]!;
  expect(kept).not.toContain(secret);
  expect(await page.content()).not.toContain(secret);
});

test('a link leads to its page after signing in', async ({ page }) => {
  await signIn(page, trail.auditor, '/console/events?outcome=failure&order=asc');
  const rows = await rowsShown(page);
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) expect(row.Outcome).toMatch(/^Failed/);
});

test('a wrong key is refused in words, and the refusal is in the trail', async ({ page }) => {
  await page.goto('/console');
  await page.getByLabel('Key', { exact: true }).fill(`${trail.auditor.slice(0, -4)}AAAA`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page).toHaveURL(/\/console\/sign-in/);

  const refusals = async () => {
    const id = trail.auditor.split('_')[1];
    const own = `includeSystemServices=true&action=auth.failed&serviceAccount=${id}`;
    return (await api<{ totalItems: number }>('GET', `/v1/audit?${own}`, trail.admin)).totalItems;
  };
  await expect.poll(refusals).toBeGreaterThan(0);
});

test('a session that ended meanwhile is said, and signing in again leads back', async ({
  page,
  context,
}) => {
  await signIn(page, trail.auditor, '/console/events?outcome=failure');
  await rowsShown(page);
  await context.clearCookies();
  await page.getByRole('button', { name: 'Own records' }).click();
  await expect(page.getByRole('heading', { name: 'Your session has ended' })).toBeVisible();

  await page.getByRole('link', { name: 'Sign in again' }).click();
  await page.getByLabel('Key', { exact: true }).fill(trail.auditor);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await rowsShown(page);
  await expect(page).toHaveURL(/outcome=failure.*includeSystemServices=true/);
});

test('a list that could not be loaded is asked for again', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.route('**/v1/audit?*', (route) => route.fulfill({ status: 500, body: '{}' }));
  await page.goto('/console/events');
  await expect(page.getByRole('heading', { name: 'This page could not be loaded' })).toBeVisible();
  await page.unroute('**/v1/audit?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  expect((await rowsShown(page)).length).toBeGreaterThan(0);
});
