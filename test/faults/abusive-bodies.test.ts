/** Requests with a valid key that want to stop or kill the server: it answers all others, and its memory stays bounded. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ServerProcess } from '../server-process.fixture.ts';
import { attack, peakMebibytes } from './abusive-bodies.fixture.ts';

const megabyte = 1024 * 1024;

it('abusive bodies stop nobody else, and bodies beyond the budget are turned away', async () => {
  const budget = ['--max-bodies-bytes', String(8 * megabyte)];
  const keyBudget = ['--max-key-bodies-bytes', String(2 * megabyte)];
  await using server = await ServerProcess.start([...budget, ...keyBudget]);
  const statuses = await attack(server, { scale: 0.06, batches: 16, slow: 16 });
  assert.deepEqual(statuses.get('an event of many fields'), [400]);
  assert.deepEqual(statuses.get('zeros'), [201]);
  const ofBatches = statuses.get('a large batch')!;
  assert.ok(ofBatches.includes(201) && ofBatches.includes(429), ofBatches.join(' '));
  const peak = peakMebibytes(server.pid!);
  if (peak !== undefined) assert.ok(peak < 400, `${peak} MiB`);
});
