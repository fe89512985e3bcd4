import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEventStore } from '../event-store.contract.ts';
import { openSqliteStore } from './store.ts';

async function place(segmentEvents?: number) {
  const directory = await mkdtemp(join(tmpdir(), 'annals-store-'));
  const options = { directory, ...(segmentEvents !== undefined && { segmentEvents }) };
  return {
    open: () => openSqliteStore(options),
    remove: () => rm(directory, { recursive: true }),
  };
}

describeEventStore('sqlite', () => place(), { durable: true });
describeEventStore('sqlite with many small segments', () => place(400), { durable: true });
