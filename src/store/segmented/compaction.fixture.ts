/** Records a few events and erases one of them, so that a small segment is left, again and again until it is killed. */
import { writeSync } from 'node:fs';
import { erasureOf, TestLog } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

const [directory = ''] = process.argv.slice(2);
const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 200 });
const log = new TestLog('org', await store.head('org'));
for (;;) {
  const events = await log.record(
    store,
    Array.from({ length: 7 }, () => ({ action: 'POST', user: { email: 'noor@example.com' } })),
  );
  await store.erase('org', [erasureOf(events[3]!)]);
  writeSync(1, `${log.head.size}\n`);
}
