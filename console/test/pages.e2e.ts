import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './console.ts';
import { pageStates } from './states.ts';

/** WCAG 2.2 AA as far as a program can judge it. */
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

for (const { name, key, show } of pageStates) {
  test(`${name}: axe finds nothing in light and dark, and it fits into 320 px`, async ({
    page: nobody,
    openAs,
  }) => {
    const page = key === undefined ? nobody : await openAs(key);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await show(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await violations(page), colorScheme).toEqual([]);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    expect(await smallTargets(page)).toEqual([]);
    expect(await violations(page), '320 px').toEqual([]);
  });
}

async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found, passes } = await new AxeBuilder({ page })
    .withTags(standards)
    .analyze();
  expect(passes.length).toBeGreaterThan(5);
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n  ')}`);
}

/** What can be pressed and has not 24 by 24 pixels for a finger. */
function smallTargets(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, input, select, [role=menuitem], summary')]
      .filter((element) => {
        if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
          return false;
        const { width, height } = element.getBoundingClientRect();
        return width > 1 && (width < 24 || height < 24);
      })
      .map((element) => `${element.className} ${element.textContent}`),
  );
}
