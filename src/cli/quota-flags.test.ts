import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestApp } from '../api/app.fixture.ts';
import { fetchFrom, runCommand } from './run-command.fixture.ts';

describe('quotas by the command', () => {
  it('are set, changed, shown and taken away', async () => {
    const app = new TestApp();
    const world = { env: { ANNALS_KEY: await app.key('operator') }, fetch: fetchFrom(app) };
    const annals = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCommand(args, world);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const created = await annals('orgs', 'create', 'acme', '--bytes-per-day', '1000000', '--json');
    assert.deepEqual(JSON.parse(created).quotas, { bytesPerDay: 1_000_000 });
    const create = ['keys', 'create', '-O', 'acme', '--role', 'writer', '--name', 'app'];
    const key = (await annals(...create, '--events-per-second', '50')).trim();
    await annals(...create);
    const ofKeys = await annals('keys', 'list', '-O', 'acme');
    assert.match(ofKeys, /VALIDITY +QUOTAS\n.* 50 events\/s\n[^/]*\n$/);
    const update = await annals('keys', 'update', key, '--events-per-second', '0');
    assert.match(update, / any events\/s\n$/);
    const changes = ['--events-per-second', '2000', '--bytes-per-day', '0'];
    assert.match(await annals('orgs', 'update', 'acme', ...changes), /2,000 events\/s, any bytes/);
    const defaults = ['--events-per-second', 'default', '--bytes-per-day', 'default'];
    assert.doesNotMatch(await annals('orgs', 'update', 'acme', ...defaults), /QUOTAS/);
  });

  it('are numbers, and a change names one', async () => {
    for (const [args, message] of [
      [['update', 'acme'], /Nothing to change: give --events-per-second, --bytes-per-day, or both/],
      [['update', 'acme', '--bytes-per-day', '5GB'], /whole number, 0 for any, or default/],
      [['create', 'acme', '--bytes-per-day', 'default'], /must be a whole number, 0 for any\./],
    ] as const) {
      const { code, stderr } = await runCommand(['orgs', ...args], { env: { ANNALS_KEY: 'k' } });
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});
