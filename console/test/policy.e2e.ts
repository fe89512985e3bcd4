import { expect, test, trail, watch } from './console.ts';

/** Every test looks for breaches of the policy, see `console.ts`. Here: the policy itself, and that a breach is noticed. */

const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'font-src': "'self'",
  'worker-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': "'none'",
};

for (const path of ['/console', '/console/events?action=a', '/console/sign-in', '/console/none']) {
  test(`${path} may load what its server sends, and nothing else`, async ({ request }) => {
    const response = await request.get(path);
    const directives = (response.headers()['content-security-policy'] ?? '')
      .split('; ')
      .map((directive) => [directive.split(' ')[0], directive.slice(directive.indexOf(' ') + 1)]);
    expect(Object.fromEntries(directives)).toEqual(policy);
    expect(response.headers()).toMatchObject({
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
    });
  });
}

test('a script, a style or markup from a text is stopped, and noticed by these tests', async ({
  browser,
}) => {
  const context = await browser.newContext({ baseURL: trail.url });
  const noted = await watch(context);
  const page = await context.newPage();
  await page.goto('/console/sign-in');
  await page.evaluate(() => {
    const attempts = [
      () => document.body.insertAdjacentHTML('beforeend', '<b>text</b>'),
      () => document.body.setAttribute('style', 'color: red'),
      () => document.head.append(document.createElement('style')),
      () => {
        const image = new Image();
        image.src = 'https://elsewhere.example/pixel.png';
        document.body.append(image);
      },
    ];
    for (const attempt of attempts) {
      try {
        attempt();
      } catch {
        // Trusted Types throw; the other directives report.
      }
    }
  });
  await expect.poll(() => noted.violations.join('\n')).toContain('require-trusted-types-for');
  await expect.poll(() => noted.violations.join('\n')).toContain('style-src');
  await expect.poll(() => noted.violations.join('\n')).toContain('img-src');
  await context.close();
});
