import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventsShown, expect, test, trail } from './console.ts';

const program = fileURLToPath(new URL('../../bin/annals.js', import.meta.url));
const run = promisify(execFile);

for (const format of ['json', 'ndjson', 'csv']) {
  test(`what is shown is downloaded as ${format}, with the bytes of the two lines for a shell`, async ({
    openAs,
  }) => {
    const page = await openAs(trail.auditor);
    await page.goto(
      '/console/events?action=order.refund&action=kms.Decrypt&searchText=e&to=2026-06-30',
    );
    await eventsShown(page);
    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(new RegExp(`^${format},`, 'i')).check();
    const downloading = page.waitForEvent('download');
    await dialog.getByRole('link', { name: /^Download/ }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe(`audit-logs.${format}`);
    const bytes = await readFile(await download.path());
    expect(bytes.length).toBeGreaterThan(200);

    const [command = '', curl = ''] = await dialog.locator('code').allInnerTexts();
    expect(command + curl).not.toContain(trail.auditor);
    const folder = await mkdtemp(join(tmpdir(), 'annals-export-'));
    try {
      await writeFile(join(folder, 'key'), trail.auditor, { mode: 0o600 });
      await writeFile(join(folder, 'acme.header'), `Authorization: Bearer ${trail.auditor}\n`);
      const script = `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`;
      await writeFile(join(folder, 'annals'), script, { mode: 0o755 });
      const env = {
        ...process.env,
        PATH: folder + delimiter + process.env.PATH,
        ANNALS_API: trail.url,
        ANNALS_KEY_FILE: join(folder, 'key'),
      };
      await run('sh', ['-c', `${command} --output by-command.${format} --quiet`], {
        cwd: folder,
        env,
      });
      expect((await readFile(join(folder, `by-command.${format}`))).equals(bytes)).toBe(true);
      await run('sh', ['-c', `${curl} --silent`], { cwd: folder, env });
      expect((await readFile(join(folder, `audit-logs.${format}`))).equals(bytes)).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test('with a proof it is the command that exports, and the dialog says so', async ({ openAs }) => {
  const page = await openAs(trail.auditor);
  await page.goto('/console/events?-outcome=success');
  await eventsShown(page);
  await page.getByRole('button', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('--not outcome=');
  await dialog.getByLabel('With a proof').check();
  await expect(dialog.locator('code')).toHaveText(/--proof$/);
  await expect(dialog.getByRole('link', { name: /Download/ })).toHaveCount(0);
});
