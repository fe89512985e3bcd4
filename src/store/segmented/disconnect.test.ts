import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AnnalsError } from '../../core/errors.ts';
import type { EventReader, EventStore } from '../event-store.ts';
import { TestLog } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

const codeOf = (error: unknown) => (error instanceof AnnalsError ? error.code : error);

describe('somebody who leaves', () => {
  const organisation = 'org';
  const events = 2_000;
  let directory: string;
  let store: EventStore;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-leaving-'));
    store = await openSegmentedStore({ directory, readers: 1, segmentEvents: 50 });
    const log = new TestLog(organisation);
    await log.record(
      store,
      Array.from({ length: events }, (_, n) => ({ description: `Deleted VPC ${n}` })),
    );
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  it('is answered nothing more, and the reader is free for the others', async () => {
    const leaving = new AbortController();
    const reader = store.withSignal(leaving.signal);
    const answers = Array.from({ length: 500 }, (_, n) =>
      reader.count(organisation, { text: `VPC ${n}` }).catch(codeOf),
    );
    leaving.abort();
    assert.equal(await store.count(organisation, {}), events);
    // The first few may have been answered before the signal came.
    assert.ok((await Promise.all(answers)).includes('abandoned'));
  });

  it('can begin no question of any kind', async () => {
    const reader = store.withSignal(AbortSignal.abort());
    const page = { filter: {}, order: 'asc', limit: 5 } as const;
    const questions: Partial<Record<keyof EventReader, () => Promise<unknown>>> = {
      get: () => reader.get(organisation, 'x'),
      list: () => reader.list(organisation, page),
      listLines: () => reader.listLines(organisation, page),
      count: () => reader.count(organisation, {}),
      scan: () => Array.fromAsync(reader.scan(organisation, { from: 0, to: 5 })),
      sequenceAt: () => reader.sequenceAt(organisation, 0),
      histogram: () =>
        reader.histogram(organisation, { filter: {}, start: 0, width: 1, buckets: 1 }),
      distinct: () => reader.distinct(organisation, 'action'),
      facetCounts: () =>
        reader.facetCounts(organisation, {
          ...{ facets: ['action'], filter: {}, limit: 1, maxDistinct: 1 },
        }),
      treeNodes: () => reader.treeNodes(organisation, 0, 0, 5),
    };
    for (const [name, ask] of Object.entries(questions)) {
      await assert.rejects(ask(), { code: 'abandoned' }, name);
    }
  });
});
