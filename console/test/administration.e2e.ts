import { api, countShown, eventsShown, expect, signIn, test, trail } from './console.ts';

test('a key is created, shown once, and revoked with the keys that it created', async ({
  openAs,
}) => {
  const page = await openAs(trail.admin);
  await page.goto('/console/keys');
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('exporter of the finance team');
  await dialog.getByLabel('Role').selectOption('org-admin');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const shown = dialog.getByText(/^annals_/);
  const key = await shown.innerText();
  await page.keyboard.press('Escape');
  await expect(shown).toBeVisible();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText(key)).toHaveCount(0);

  const other = { role: 'writer', name: 'made by the exporter' };
  const { id } = await api<{ id: string }>('POST', '/v1/keys', key, other);
  await page.reload();
  await page.getByRole('button', { name: 'Revoke exporter of the finance team' }).click();
  await expect(dialog).toContainText('It created 1 key that would stay valid');
  await expect(dialog).toContainText('made by the exporter');
  await dialog.getByLabel('Revoke these too').check();
  await dialog.getByRole('button', { name: 'Revoke key' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('row', { name: /exporter/ })).toHaveCount(0);
  await expect(api('GET', '/v1/me', key)).rejects.toThrow('401');

  await page.getByRole('button', { name: /that ended/ }).click();
  await expect(page).toHaveURL(/all=true/);
  await expect(page.getByRole('row', { name: /made by the exporter/ })).toContainText('revoked');

  const records = `/v1/audit?includeSystemServices=true&resourceIdentity=${id}`;
  const { items } = await api<{ items: { action: string }[] }>('GET', records, trail.admin);
  expect(items.map(({ action }) => action)).toEqual(['api_key.revoke', 'api_key.create']);
});

test('a link shares the trail with an auditor, who is signed out when it is revoked', async ({
  openAs,
  page: auditor,
}) => {
  const admin = await openAs(trail.admin);
  await admin.goto('/console/links');
  await admin.getByRole('button', { name: 'Share with an auditor' }).click();
  const dialog = admin.getByRole('dialog');
  await dialog.getByLabel('For whom').fill('Hale & Partners');
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const address = await dialog.getByText(/\/console\/link#/).innerText();
  await dialog.getByRole('button', { name: 'Done' }).click();

  await auditor.goto(address);
  await expect(auditor).toHaveURL(/\/console\/link$/);
  await auditor.getByRole('button', { name: 'Open the audit trail' }).click();
  await eventsShown(auditor);
  expect(await countShown(auditor)).toBe(trail.total);
  await expect(auditor.getByRole('link', { name: 'Keys' })).toHaveCount(0);
  const kept = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]);
  expect(await auditor.evaluate(kept)).not.toContain(address.split('#')[1]);

  await admin.getByRole('button', { name: 'Revoke the link for Hale & Partners' }).click();
  await dialog.getByRole('button', { name: 'Revoke link' }).click();
  await expect(dialog).toHaveCount(0);
  await auditor.reload();
  await expect(auditor).toHaveURL(/\/console\/sign-in/);
  await auditor.goto(address);
  await auditor.getByRole('button', { name: 'Open the audit trail' }).click();
  await expect(auditor.getByRole('alert')).toContainText('does not work any more');
});

test('an invitation signs one browser in, once', async ({ openAs, page }) => {
  const admin = await openAs(trail.admin);
  await admin.goto('/console/links');
  await admin.getByRole('button', { name: 'Invite to sign in' }).click();
  const dialog = admin.getByRole('dialog');
  await dialog.getByLabel('For whom').fill('Noor');
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const address = await dialog.getByText(/\/console\/link#/).innerText();

  await page.goto(address);
  await page.getByRole('button', { name: 'Open the audit trail' }).click();
  await eventsShown(page);
  await expect(page.getByRole('button', { name: 'Noor', exact: true })).toBeVisible();
  await page.goto(address);
  await page.getByRole('button', { name: 'Open the audit trail' }).click();
  await expect(page.getByRole('alert')).toContainText('does not work any more');
});

test('an admin ends the session of somebody else', async ({ openAs, page: other }) => {
  const { key } = await api<{ key: string }>('POST', '/v1/keys', trail.admin, {
    role: 'org-auditor',
    name: 'lost laptop',
  });
  await signIn(other, key);
  await eventsShown(other);
  const admin = await openAs(trail.admin);
  await admin.goto('/console/sessions');
  await admin.getByRole('button', { name: 'End the session of lost laptop' }).click();
  await admin.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
  await expect(admin.getByRole('row', { name: /lost laptop/ })).toHaveCount(0);
  await other.reload();
  await expect(other).toHaveURL(/\/console\/sign-in/);
});

test('the operator names whose keys it looks at, and sees those alone', async ({ openAs }) => {
  const page = await openAs(trail.operatorKey, {});
  await page.goto('/console/keys');
  await page.getByLabel('Identity or slug').fill('clinic');
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(/organisation=clinic/);
  await expect(page.getByRole('table')).toBeVisible();
  await expect(page.getByRole('table')).not.toContainText('audit 2026');
});

test('an invited person makes a passkey, signs in with it, and is revoked', async ({
  openAs,
  browser,
}) => {
  const admin = await openAs(trail.admin);
  await admin.goto('/console/links');
  await admin.getByRole('button', { name: 'Invite with a passkey' }).click();
  const dialog = admin.getByRole('dialog');
  await dialog.getByLabel('For whom').fill('Mira');
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const shown = new URL(await dialog.getByText(/\/console\/link#/).innerText());
  await dialog.getByRole('button', { name: 'Done' }).click();

  // A passkey belongs to a name, and not to an address.
  const origin = `http://localhost:${shown.port}`;
  await using context = await browser.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`${origin}/console/link${shown.hash}`);
  await page.getByLabel('Your name').fill('Mira Novak');
  await page.getByRole('button', { name: 'Create a passkey' }).click();
  await eventsShown(page);
  await page.getByRole('button', { name: 'Mira Novak', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await eventsShown(page);

  await admin.goto('/console/people');
  await expect(admin.getByRole('row', { name: /Mira Novak/ })).toContainText('localhost');
  await admin.getByRole('button', { name: 'Revoke Mira Novak' }).click();
  await dialog.getByRole('button', { name: 'Revoke person' }).click();
  await expect(dialog).toHaveCount(0);
  await page.reload();
  await expect(page).toHaveURL(/\/console\/sign-in/);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
});
