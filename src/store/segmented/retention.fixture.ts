/** Drops segment by segment until it is killed, and says on stdout up to which event is gone. */
import { writeSync } from 'node:fs';
import { testEpoch } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

const [directory = ''] = process.argv.slice(2);
const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 100 });
const { size } = await store.head('org');
for (let sequence = 0; sequence <= size; sequence += 50) {
  await store.drop(await store.expired(testEpoch + sequence * 1_000));
  writeSync(1, `${(await store.dropped('org'))?.before ?? 0}\n`);
}
await store.close();
