/** Our own servers of the vendors' dialects are vendors too: their trails are exported while events are recorded. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestApp } from '../../src/api/app.fixture.ts';
import { createFetchSend } from '../../src/client/fetch-send.ts';
import {
  day,
  formatInstant,
  millisecond,
  minute,
  parseInstant,
  systemClock,
} from '../../src/core/micros.ts';
import { cockroachdbSource } from '../../src/dialects/cockroachdb/client.ts';
import { cockroachdbSettings } from '../../src/dialects/cockroachdb/settings.ts';
import { nativeSource } from '../../src/dialects/native/client.ts';
import { thalassaSource } from '../../src/dialects/thalassa/client.ts';
import { thalassaSettings } from '../../src/dialects/thalassa/settings.ts';
import { upcloudSource } from '../../src/dialects/upcloud/client.ts';
import { upcloudSettings } from '../../src/dialects/upcloud/settings.ts';
import type { Source, SourceQuery } from '../../src/export/stages.ts';
import { dependenciesFor } from './run-export.fixture.ts';

const api = 'http://annals.test';
const start = parseInstant('2026-06-01T00:00:00Z') as number;
const count = 1_200;

const clients: Record<
  string,
  (token: string, parts: ReturnType<typeof dependenciesFor>, question: SourceQuery) => Source
> = {
  annals: (token, parts, question) =>
    nativeSource(parts, { api, token, organisation: undefined }, question),
  thalassa: (token, parts, question) =>
    thalassaSource(parts, thalassaSettings({ api, token }, {}, undefined), question),
  upcloud: (token, parts, question) =>
    upcloudSource(parts, upcloudSettings({ api, token }, {}, undefined), question),
  cockroachdb: (token, parts, question) =>
    cockroachdbSource(parts, cockroachdbSettings({ api, token }, {}), question),
};

describe('a trail of ours, read in the dialect of', () => {
  for (const [name, open] of Object.entries(clients)) {
    it(`${name}, is whole while events are recorded`, async () => {
      // A pause only moves the clock, so that the rate limit of our CockroachDB dialect takes no time.
      let now = systemClock();
      const clock = () => now;
      const sleep = async (milliseconds: number) => {
        now += Math.ceil(milliseconds * millisecond);
      };
      const app = new TestApp({ clock });
      const key = await app.key('org-admin', await app.organisation());
      let recorded = 0;
      /** Recorded now, and happened at any time in June; a third of them at the same instant. */
      const record = (events: number) =>
        app.json('POST', '/v1/audit/events', {
          key,
          body: {
            events: Array.from({ length: events }, () => {
              recorded += 1;
              const at = recorded % 3 === 0 ? 0 : (recorded * 7919 * minute) % (29 * day);
              return {
                eventID: `e${recorded}`,
                createdAt: formatInstant(start + at),
                action: 'create',
                resourceType: 'server',
              };
            }),
          },
        });
      await record(count / 2);
      await record(count / 2);

      // After each of the first requests more events are recorded, before and after the position of the walk.
      let requests = 0;
      const send = createFetchSend(async (input, init) => {
        const response = await app.serve(new Request(input, init), {});
        requests += 1;
        if (requests <= 10) await record(3);
        return response;
      });
      // CockroachDB's time is when we recorded it; the others' is when it happened.
      const window =
        name === 'cockroachdb'
          ? { from: now - day, to: now + day }
          : { from: start, to: start + 30 * day };
      const usual = dependenciesFor({ clock });
      const dependencies = { ...usual, send, retry: { ...usual.retry, sleep } };
      const source = open(key, dependencies, { window, filters: {} });
      const ids = new Set<string>();
      for await (const { entries } of source.read(undefined, new AbortController().signal)) {
        for (const { text, id } of entries) {
          const native = (JSON.parse(text) as { native?: { eventID?: string } }).native;
          ids.add(native?.eventID ?? id);
        }
      }
      const missing = Array.from({ length: count }, (_, index) => `e${index + 1}`).filter(
        (id) => !ids.has(id),
      );
      assert.deepEqual(missing, []);
      assert.ok(requests > 0);
    });
  }
});
