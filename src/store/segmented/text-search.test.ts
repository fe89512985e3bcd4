import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Filter, matches } from '../../core/filter.ts';
import type { EventStore } from '../event-store.ts';
import { erasureOf, TestLog, testEpoch } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

const segmentEvents = 5_000;
/** Two logs whose rows share segments, row groups and blocks of texts. */
const logs = [new TestLog('one'), new TestLog('other')];

function descriptionOf(sequence: number): string | undefined {
  if (sequence % 11 === 0) return undefined;
  const rare = sequence % 997 === 5 ? ' Zebrafish' : '';
  const large = sequence === 1_234 ? ` ${'long '.repeat(1_600)}` : '';
  return `Nutzer u${sequence % 90} öffnete vault-${(sequence * 7_919) % 10_007}${rare}${large}`;
}

async function record(store: EventStore): Promise<void> {
  for (let round = 0; round < 16; round += 1) {
    for (const log of logs) {
      const first = log.head.size;
      const drafts = Array.from({ length: 440 }, (_, nth) => {
        const sequence = first + nth;
        const description = descriptionOf(sequence);
        return {
          createdAt: testEpoch + ((sequence * 31) % 7_000),
          user: { email: 'noor@example.com' },
          ...(description !== undefined && { description }),
        };
      });
      await log.record(store, drafts);
    }
  }
}

const texts = [
  'zebrafish',
  'ZEBRA',
  'öffnete',
  'vault-12',
  'ult',
  'u1',
  'ö',
  'long long',
  'nowhere',
];

describe('a search in descriptions', () => {
  const directory = mkdtempSync(join(tmpdir(), 'annals-texts-'));
  let store: EventStore;

  before(async () => {
    store = await openSegmentedStore({ directory, readers: 1, segmentEvents });
    await record(store);
    const databases = () =>
      readdirSync(join(directory, 'segments')).filter((name) => name.endsWith('.db'));
    while (databases().length > 1) await setTimeout(20);
  });
  after(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const findsWhatMatches = async () => {
    for (const { organisation, events } of logs) {
      for (const text of texts) {
        const { length } = events;
        const window = { from: testEpoch + 1_000, to: testEpoch + 5_500 };
        const filters: Filter[] = [{ text }, { text, ...window }, { withoutTexts: [text] }];
        for (const filter of filters) {
          const expected = events.filter((event) => matches(filter, event));
          const query = { filter, order: 'desc', limit: length } as const;
          const found = await store.list(organisation, query);
          assert.deepEqual(
            new Set(found.map(({ sequence }) => sequence)),
            new Set(expected.map(({ sequence }) => sequence)),
            `${organisation} ${JSON.stringify(filter)}`,
          );
          assert.equal(await store.count(organisation, filter), expected.length);
        }
      }
    }
  };

  it(
    'finds every event with the text, wherever the segment has it, and no other',
    findsWhatMatches,
  );

  it('does so after segments were written again without what was erased', async () => {
    for (const log of logs) {
      const erased = log.events.filter(({ sequence }) => sequence % 1_700 === 9);
      await store.erase(log.organisation, erased.map(erasureOf));
    }
    await findsWhatMatches();
  });
});
