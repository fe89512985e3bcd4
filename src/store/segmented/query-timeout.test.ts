import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { EventStore } from '../event-store.ts';
import { TestLog } from '../test-log.fixture.ts';
import { openSegmentedStore } from './store.ts';

describe('a question that takes longer than allowed', () => {
  let directory: string;
  let store: EventStore;
  const log = new TestLog('org');
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'annals-long-'));
    store = await openSegmentedStore({ directory, readers: 1, queryMillis: 0 });
    const details = { note: 'x'.repeat(2_000) };
    await log.record(
      store,
      Array.from({ length: 5_000 }, () => ({ details })),
    );
  });
  after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  it('is stopped and says what to do', async () => {
    await assert.rejects(store.list('org', { filter: {}, order: 'asc', limit: 5_000 }), {
      code: 'timeout',
      message: 'The query took longer than 0 ms: narrow the window or the filter',
    });
  });
});
