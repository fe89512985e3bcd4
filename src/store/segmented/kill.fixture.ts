/** Appends to a store until it is killed, and says on stdout what was acknowledged: `organisation size`. */
import { writeSync } from 'node:fs';
import { TestLog } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

const [directory = ''] = process.argv.slice(2);
const store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 500 });
const logs = await Promise.all(
  ['org-a', 'org-b', 'org-c'].map(async (name) => new TestLog(name, await store.head(name))),
);

for (let round = 0; ; round += 1) {
  const appends = logs.map((log, place) =>
    log.plan(
      Array.from({ length: 1 + ((round * 7 + place * 3) % 40) }, () => ({ action: 'POST' })),
    ),
  );
  await store.append(appends);
  for (const [place, append] of appends.entries()) logs[place]!.accept(append);
  const lines = logs.map(({ organisation, head }) => `${organisation} ${head.size}\n`);
  writeSync(1, lines.join(''));
}
