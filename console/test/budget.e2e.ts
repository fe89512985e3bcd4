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
