/**
 * Fills a small disk until a store on it refuses, makes room, and goes on. Prints what it saw as JSON. Its arguments
 * are the directory on that disk, and how many bytes another file shall occupy at first.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { messageOf } from '../../core/errors.ts';
import { TestLog } from '../test-log.fixture.ts';
import { checkDataDirectory } from './check.ts';
import { openSegmentedStore } from './store.ts';

const [disk = '', occupied = ''] = process.argv.slice(2);
const directory = join(disk, 'data');
const ballast = join(disk, 'ballast');
writeFileSync(ballast, Buffer.alloc(Number(occupied), 1));
const options = { directory, readers: 1, segmentEvents: 400 };
let store = await openSegmentedStore(options);
const log = new TestLog('org');
const drafts = Array.from({ length: 100 }, (_, n) => ({
  action: 'a',
  details: { n, note: 'x'.repeat(2_000) },
}));

let refusal = '';
while (refusal === '') {
  await log.record(store, drafts).catch((error) => {
    refusal = messageOf(error);
  });
}
const acknowledged = log.head.size;
const counted = await store.count('org', {});
const head = await store.head('org');

rmSync(ballast);
for (let batches = 0; batches < 10; ) {
  try {
    await log.record(store, drafts);
    batches += 1;
  } catch {
    // Sealing is tried again only after a while.
    await setTimeout(100);
  }
}
const countedAfter = await store.count('org', {});
await store.close();
store = await openSegmentedStore(options);
const reopened = await store.count('org', {});
await store.close();
const problems = (await Array.fromAsync(checkDataDirectory(directory))).flatMap(
  (file) => file.problem ?? [],
);
console.log(
  JSON.stringify({
    refusal,
    acknowledged,
    counted,
    head: head.size,
    countedAfter,
    reopened,
    problems,
  }),
);
