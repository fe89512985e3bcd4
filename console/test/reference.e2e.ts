import { expect, test } from './console.ts';

test('the API is a page for everybody: searched, and with an address for each operation', async ({
  page,
}) => {
  await page.goto('/reference#createKey');
  const operation = page.getByRole('article', { name: /POST \/v1\/keys/ });
  await expect(operation).toBeInViewport();
  await expect(operation).toContainText('KeyRequest');
  await expect(operation.getByText('curl -X POST "$ANNALS_API/v1/keys"')).toBeVisible();

  await page.getByRole('searchbox', { name: 'Search operations' }).fill('get histogram');
  await expect(page.getByRole('article')).toHaveCount(1);
  await expect(page.getByRole('article')).toContainText('bucketSeconds');
  await expect(page).toHaveURL(/search=get\+histogram/);
  await page.reload();
  await expect(page.getByRole('article')).toHaveCount(1);
});
