/** Bodies of 16 MiB, 64 of them at once, 60 that never end: a server with the default limits needs less than 768 MiB. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ServerProcess } from '../server-process.fixture.ts';
import { attack, peakMebibytes } from './abusive-bodies.fixture.ts';

it('abusive bodies of full size stop nobody else, in less than 768 MiB', async () => {
  await using server = await ServerProcess.start();
  const statuses = await attack(server, { scale: 1, batches: 64, slow: 60 });
  for (const [name, all] of statuses) {
    for (const status of all) assert.ok([0, 201, 400, 413, 429].includes(status), name);
  }
  assert.ok(statuses.get('a large batch')!.includes(201));
  const peak = peakMebibytes(server.pid!);
  if (peak !== undefined) assert.ok(peak < 768, `${peak} MiB`);
});
