import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { createApiKey, formatKey } from '../access/key.ts';
import { AnnalsError } from '../core/errors.ts';
import type { AuditEvent } from '../core/event.ts';
import { day, type Micros, second } from '../core/micros.ts';
import type { ExpiredRange, StoredEvent } from '../store/event-store.ts';
import { type RetentionRoundsDependencies, startRetention } from './retention.ts';
import { type RunningServer, startServer } from './server.ts';
import { readSettings, type SettingName } from './settings.ts';

const random = (bytes: Uint8Array) => void randomFillSync(bytes);
const operatorKey = formatKey(createApiKey(random));
const begin: Micros = 1_800_000_000_000_000;

describe('a server with a retention', () => {
  let data: string;
  let key: string;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'annals-retaining-'));
  });
  after(() => rm(data, { recursive: true }));

  const startAt = (now: Micros, flags: Partial<Record<SettingName, string>> = {}) =>
    startServer(readSettings({ data, port: '0', operatorKey, ...flags }, {}), {
      clock: () => now,
      random,
      log: pino({ level: 'silent' }),
    });
  const send = async <T>(
    { url }: RunningServer,
    path: string,
    as: string,
    body?: object,
  ): Promise<T> => {
    const response = await fetch(url + path, {
      headers: { Authorization: `Bearer ${as}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return (await response.json()) as T;
  };
  const total = async (server: RunningServer) =>
    (await send<{ totalItems: number }>(server, '/v1/audit', key)).totalItems;

  it('keeps events for that long and no longer, and starts without them', async () => {
    let server = await startAt(begin);
    await send(server, '/v1/organisations', operatorKey, { slug: 'acme', name: 'Acme' });
    const admin = { organisation: 'acme', role: 'org-admin', name: 'test' };
    ({ key } = await send<{ key: string }>(server, '/v1/keys', operatorKey, admin));
    await send(server, '/v1/audit/events', key, {
      events: [{ action: 'a' }, { action: 'b' }, { action: 'c' }],
    });
    await server.stop();

    server = await startAt(begin + 30 * day, { retention: '30d' });
    assert.equal(await total(server), 3);
    await server.stop();

    server = await startAt(begin + 30 * day + second, { retention: '30d' });
    while ((await total(server)) > 0) await setTimeout(5);
    const { items } = await send<{ items: AuditEvent[] }>(
      server,
      '/v1/audit?includeSystemServices=true&action=audit_log.drop',
      key,
    );
    assert.deepEqual(
      items.map(({ details }) => [details?.firstSequence, details?.lastSequence]),
      [[0, 4]],
    );
    await send(server, '/v1/audit/events', key, { action: 'd' });
    await server.stop();

    const files = await readdir(join(data, 'segments'));
    assert.ok(files.includes('000000.1.hashes') && !files.includes('000000.segment'));
    server = await startAt(begin + 31 * day);
    assert.equal(await total(server), 1);
    await server.stop();
  });
});

it('nothing is dropped from a log that is damaged, though the record of the drop is there', async () => {
  const range = { organisation: 'org', from: 0, to: 4 };
  const record = { body: JSON.stringify({ details: { lastSequence: 3 } }) } as StoredEvent;
  let left: ExpiredRange[] = [range];
  const store = {
    list: async () => [record],
    expired: async () => left,
    drop: async () => {
      left = [];
    },
  };
  const round = async (list: () => Promise<StoredEvent[]>) => {
    const dependencies = {
      settings: { retention: 30 * day },
      store,
      reader: { list },
      ledger: { record: () => Promise.reject(new Error('recorded twice')) },
      clock: () => begin,
      metrics: { droppedEvents: { inc: () => {} } },
      log: pino({ level: 'silent' }),
    } as unknown as RetentionRoundsDependencies;
    const retention = startRetention(dependencies);
    await new Promise(setImmediate);
    await retention.close();
    return left;
  };
  const damage = new AnnalsError('corrupt', 'The log of org was changed');
  assert.deepEqual(await round(() => Promise.reject(damage)), [range]);
  assert.deepEqual(await round(store.list), []);
});
