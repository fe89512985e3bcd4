/** Drops a little more of a log with every round until it is killed. Writes a dot to stdout after each round. */
import { randomFillSync } from 'node:crypto';
import { writeSync } from 'node:fs';
import { day, minute } from '../core/micros.ts';
import { personalPaths } from '../integrity/personal.ts';
import { openSegmentedStore } from '../store/segmented/store.ts';
import { GroupCommit } from './group-commit.ts';
import { Retention } from './retention.ts';
import { Sequencer } from './sequencing.ts';

const [directory = '', began] = process.argv.slice(2);
let now = Number(began) + day;
const clock = () => now;
const random = (bytes: Uint8Array) => void randomFillSync(bytes);
const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 100 });
const sequencer = new Sequencer({ clock, random, personalPaths: () => personalPaths() });
const ledger = new GroupCommit({ store, sequencer, clock });
const onFailed = (error: unknown) => {
  throw error;
};
const options = { store, ledger, clock, keep: day, onDropped: () => {}, onFailed };
for (let round = 0; round < 20; round += 1) {
  now += 50 * minute;
  await new Retention(options).round();
  writeSync(1, '.');
}
await ledger.close();
await store.close();
