/** Erases one event after the other until it is killed, and says on stdout which ones are gone. */
import { writeSync } from 'node:fs';
import { erasureOf } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

const [directory = '', from] = process.argv.slice(2);
const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 100 });
const { size } = await store.head('org');
for (let sequence = Number(from); sequence < size; sequence += 1) {
  const event = await store.get('org', `e-${sequence}`);
  await store.erase('org', [erasureOf(event!)]);
  writeSync(1, `${sequence}\n`);
}
await store.close();
