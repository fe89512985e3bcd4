import { eventsShown, expect, test, trail } from './console.ts';

const kilobyte = 1_000;

test('the first page needs at most 230 kB of script and 20 kB of styles, packed', async ({
  openAs,
}) => {
  const page = await openAs(trail.auditor);
  const sizes = { script: 0, stylesheet: 0 };
  const pending: Promise<void>[] = [];
  page.on('response', (response) => {
    const type = response.request().resourceType();
    if (type !== 'script' && type !== 'stylesheet') return;
    expect(response.headers()['content-encoding'], response.url()).toBe('br');
    expect(response.headers()['cache-control']).toContain('immutable');
    pending.push(
      response
        .request()
        .sizes()
        .then(({ responseBodySize }) => {
          sizes[type] += responseBodySize;
        }),
    );
  });
  await page.goto('/console/events');
  await eventsShown(page);
  await page.waitForLoadState('load');
  await Promise.all(pending);

  expect(sizes.script).toBeGreaterThan(50 * kilobyte);
  expect(sizes.script).toBeLessThanOrEqual(230 * kilobyte);
  expect(sizes.stylesheet).toBeGreaterThan(1 * kilobyte);
  expect(sizes.stylesheet).toBeLessThanOrEqual(20 * kilobyte);
  test.info().annotations.push({ type: 'bytes', description: JSON.stringify(sizes) });
});

test('what a page loads is cached for good', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events');
  await eventsShown(page);
  await page.goto('/console/events?order=asc');
  await eventsShown(page);
  const files = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map((entry) => entry as PerformanceResourceTiming)
      .filter(({ name }) => name.includes('/console/assets/'))
      .map(({ name, transferSize }) => ({ name, transferSize })),
  );
  expect(files.length).toBeGreaterThan(2);
  for (const { name, transferSize } of files) expect(transferSize, name).toBe(0);
});

test('nothing moves while a page is loaded and an event is opened', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.addInitScript(() => {
    const shifts: object[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as readonly LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        const moved = entry.sources.map(({ node }) =>
          node instanceof Element ? `${node.tagName} ${node.className}` : String(node),
        );
        shifts.push({ value: entry.value, at: entry.startTime, moved });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const shifts = () =>
    page.evaluate(() => (globalThis as unknown as { shifts: readonly { value: number }[] }).shifts);
  await page.goto('/console/events');
  await eventsShown(page);
  await page
    .getByRole('row', { name: /order\.refund/ })
    .first()
    .click();
  await expect(page.getByRole('complementary', { name: /^Event \d+$/ })).toContainText(
    'order.refund',
  );
  const all = await shifts();
  const sum = all.reduce((total, { value }) => total + value, 0);
  expect(sum, JSON.stringify(all, null, 1)).toBeLessThanOrEqual(0.02);
});

/** An entry of the browser that TypeScript does not know. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly { readonly node: Node | null }[];
}
