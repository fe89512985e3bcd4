import { countShown, eventList, eventsShown, expect, rowsShown, test, trail } from './console.ts';

/** Looking through the trail by time, by value and by text. */

test('values are kept or left out, and every count is exact', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events');
  await eventsShown(page);
  const values = page.getByRole('complementary', { name: 'Values' });
  const filters = page.getByRole('list', { name: 'Filters' });
  const outcomes = values.getByRole('region', { name: 'Outcome' });
  const failures = Number(
    (await outcomes.getByRole('button', { name: /^failure/ }).innerText()).replaceAll(/\D/g, ''),
  );
  expect(failures).toBeGreaterThan(100);

  await outcomes.getByRole('button', { name: /^failure/ }).click();
  await expect(filters).toContainText('Outcome is failure');
  await expect.poll(() => countShown(page)).toBe(failures);
  await expect(outcomes.getByRole('button', { name: /^failure/ })).toHaveAttribute(
    'aria-pressed',
    'true',
  );

  await values.getByRole('button', { name: 'Leave out sts.AssumeRole' }).click();
  await expect(filters).toContainText('Action is not sts.AssumeRole');
  await expect.poll(() => countShown(page)).toBeLessThan(failures);
  for (const { Action, Outcome } of await rowsShown(page)) {
    expect(Action).not.toBe('sts.AssumeRole');
    expect(Outcome).toMatch(/^Failed/);
  }
  await expect(values.getByRole('region', { name: 'Action' })).not.toContainText('sts.AssumeRole');

  await filters.getByRole('button', { name: 'Drop all' }).click();
  await expect(filters).toHaveCount(0);
  await expect.poll(() => countShown(page)).toBe(trail.total);
});

test('a value that is not among the most frequent is found by its text', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events');
  await eventsShown(page);
  const actions = page
    .getByRole('complementary', { name: 'Values' })
    .getByRole('region', { name: 'Action' });
  await actions.getByRole('button', { name: /^All \d+/ }).click();
  await actions.getByRole('searchbox').fill('REFUND');
  await expect(actions.getByRole('listitem')).toHaveCount(1);
  await actions.getByRole('button', { name: /^order\.refund/ }).click();
  await expect.poll(() => countShown(page)).toBe(1);
});

test('a drag over the histogram shows that time', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?to=2026-06-03');
  await eventsShown(page);
  const all = await countShown(page);
  const bars = page.getByRole('listbox', { name: /^Events over time/ });
  const box = (await bars.boundingBox())!;
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.25, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, middle);
  await page.mouse.move(box.x + box.width * 0.5, middle);
  await expect(bars.getByRole('option', { selected: true })).not.toHaveCount(0);
  await page.mouse.up();
  await expect(page).toHaveURL(/from=2026-06-0/);
  await expect.poll(() => countShown(page)).toBeLessThan(all * 0.5);
  const { from, to } = Object.fromEntries(new URL(page.url()).searchParams);
  const bounds = [Date.parse(from!), Date.parse(to!)] as const;
  for (const { Time } of await rowsShown(page)) {
    const instant = Date.parse(Time!.replace(' ', 'T').replaceAll(' ', ''));
    expect(instant).toBeGreaterThanOrEqual(bounds[0]);
    expect(instant).toBeLessThan(bounds[1]);
  }
});

test('a range of time is chosen from a list, or typed; what is not a time is refused in words', async ({
  openAs,
}) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events');
  await eventsShown(page);
  await page.getByRole('button', { name: 'All time' }).click();
  const range = page.getByRole('dialog', { name: 'Range of time' });
  await range.getByLabel(/^From/).fill('last week');
  await range.getByRole('button', { name: 'Show' }).click();
  await expect(range.getByRole('alert')).toContainText('“last week” is not a time');

  await range.getByLabel(/^From/).fill('2026-06-02 12:00');
  await range.getByLabel(/^To/).fill('2026-06-02 18:00');
  await range.getByRole('button', { name: 'Show' }).click();
  await expect(range).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Filters' })).toContainText(
    '2026-06-02 12:00 – 18:00',
  );
  await expect.poll(() => countShown(page)).toBe(125);

  // Nothing of this trail happened within an hour of the test.
  await page
    .getByRole('button', { name: /2026-06-02 12:00/ })
    .first()
    .click();
  await range.getByRole('button', { name: 'Last hour' }).click();
  await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
});

test('text is searched in descriptions, and a search without a result says which filter to drop', async ({
  openAs,
}) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?action=profile.read');
  await eventsShown(page);
  const search = page.getByRole('searchbox', { name: 'Search in descriptions' });
  await search.fill('PARCEL');
  await search.press('Enter');
  await expect(page.getByRole('heading', { name: 'No event matches' })).toBeVisible();
  const drops = page.getByRole('main').getByRole('listitem');
  await expect(drops.filter({ hasText: 'Drop “Action is profile.read”' })).toContainText('1 event');
  await page.getByRole('button', { name: 'Drop “Action is profile.read”' }).click();
  const rows = await rowsShown(page);
  expect(rows.map(({ Actor, Action }) => `${Actor} ${Action}`)).toEqual([
    'Noor Haddad order.refund',
  ]);
});

test('every row of the list can be reached, and only those in view exist', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?order=asc');
  const first = (await rowsShown(page))[0]!;
  const grid = eventList(page);
  await grid.focus();
  await page.keyboard.press('End');
  await expect(grid.locator(`[aria-rowindex="${trail.total + 1}"]`)).toBeVisible();
  const atEnd = await rowsShown(page);
  expect(atEnd.length).toBeLessThan(80);
  expect(atEnd.at(-1)?.Action).toBe('profile.read');
  await page.keyboard.press('Home');
  await expect(grid.locator('[aria-rowindex="2"]')).toBeVisible();
  expect((await rowsShown(page))[0]).toEqual(first);

  // By the wheel, a page at a time.
  const seen = new Set<string>();
  for (let step = 0; step < 8; step += 1) {
    await grid.hover();
    await page.mouse.wheel(0, 400);
    await eventsShown(page);
    for (const index of await grid
      .locator('[data-row]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-rowindex') ?? ''))) {
      seen.add(index);
    }
  }
  expect(seen.size).toBeGreaterThan(80);
});

test('the zone changes how times are written, and nothing else', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?action=order.refund');
  expect((await rowsShown(page))[0]?.Time).toBe('2026-06-04 08:00:00.512904 Z');
  await page.getByRole('button', { name: 'Time zone: UTC' }).click();
  await page.getByRole('menuitemradio', { name: 'Europe/Amsterdam (here)' }).click();
  await expect(page).toHaveURL(/zone=Europe/);
  expect((await rowsShown(page))[0]?.Time).toBe('2026-06-04 10:00:00.512904 +02:00');
});

test('what Annals itself recorded is shown on request', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events');
  await eventsShown(page);
  const own = page.getByRole('button', { name: 'Own records' });
  await own.click();
  await expect(own).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(() => countShown(page)).toBeGreaterThan(trail.total);
  const actions = (await rowsShown(page)).map(({ Action }) => Action);
  expect(actions).toContain('audit_log.list');
  expect(actions).toContain('session.create');
});
