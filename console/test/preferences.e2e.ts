import { eventList, eventsShown, expect, test, trail } from './console.ts';

test('who wants less motion gets none', async ({ openAs }) => {
  const page = await openAs(trail.auditor, { reducedMotion: 'reduce' });
  await page.goto('/console/events?action=order.refund');
  await eventsShown(page);
  await page.getByRole('row', { name: /order\.refund/ }).click();
  await expect(page.getByRole('complementary', { name: /^Event \d+$/ })).toBeVisible();
  await page.getByRole('button', { name: 'audit 2026' }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  const moving = await page.evaluate(() => {
    const seconds = (text: string) => Math.max(...text.split(',').map(Number.parseFloat));
    return [...document.querySelectorAll('*')]
      .filter((element) => {
        const { animationDuration, animationName, transitionDuration } = getComputedStyle(element);
        const animates = animationName !== 'none' && seconds(animationDuration) > 0.01;
        return animates || seconds(transitionDuration) > 0.01;
      })
      .map((element) => `${element.tagName} ${element.className}`);
  });
  expect(moving).toEqual([]);
});

test('with forced colours, states are still told apart', async ({ openAs }) => {
  const page = await openAs(trail.auditor, { forcedColors: 'active' });
  await page.goto('/console/events?outcome=failure');
  await eventsShown(page);
  const borderOrOutline = (element: Element) => {
    const { outlineStyle, borderTopStyle, borderTopWidth } = getComputedStyle(element);
    return outlineStyle !== 'none' || (borderTopStyle !== 'none' && borderTopWidth !== '0px');
  };
  for (const button of await page.getByRole('banner').getByRole('button').all()) {
    expect(await button.evaluate(borderOrOutline), await button.innerText()).toBe(true);
  }

  // The focus is an outline, which the system colours, and no shadow, which it drops.
  await eventList(page).focus();
  await page.keyboard.press('ArrowDown');
  const current = eventList(page).locator('.event-row.current');
  expect(await current.evaluate((row) => getComputedStyle(row).outlineStyle)).not.toBe('none');

  // A selected row and a kept value differ from the others in something else than a colour of ours.
  const row = eventList(page).getByRole('row').nth(3);
  await row.click();
  await expect(row).toHaveAttribute('aria-selected', 'true');
  const looks = await eventList(page).evaluate((grid) => {
    const look = (element: Element | null) => {
      if (element === null) return '';
      const style = getComputedStyle(element);
      return [
        style.backgroundColor,
        style.boxShadow,
        style.outline,
        style.borderLeft,
        style.color,
      ].join(' ');
    };
    const rows = [...grid.querySelectorAll('[role=row][data-row]:not(.current)')];
    return [look(grid.querySelector('[aria-selected=true]')), look(rows[0] ?? null)];
  });
  expect(looks[0]).not.toBe(looks[1]);
});

test('light and dark follow the system, or what was chosen', async ({ openAs }) => {
  const page = await openAs(trail.auditor, { colorScheme: 'dark' });
  await page.goto('/console/events');
  await eventsShown(page);
  const lightness = () =>
    page.evaluate(() => {
      const canvas = document.createElement('canvas').getContext('2d')!;
      canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return (red + green + blue) / 3;
    });
  expect(await lightness()).toBeLessThan(60);

  await page.getByRole('button', { name: 'audit 2026' }).click();
  await page.getByRole('menuitemradio', { name: 'Light' }).click();
  await page.keyboard.press('Escape');
  expect(await lightness()).toBeGreaterThan(200);
  await page.reload();
  await eventsShown(page);
  expect(await lightness()).toBeGreaterThan(200);
});
