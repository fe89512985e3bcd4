import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type AuditEvent, type Draft, ownService } from '../../core/event.ts';
import { anyDraft, propertyRuns } from '../../dialects/mapping.fixture.ts';
import { decodeEntry } from '../../dialects/thalassa/decoder.fixture.ts';
import { TestApp } from '../app.fixture.ts';
import { appOf } from '../route.ts';
import { thalassaTrailRoutes } from './routes.ts';

const app = new TestApp({
  dialects: [
    {
      paths: [],
      prefixes: ['/thalassa'],
      server: (dependencies) => appOf(thalassaTrailRoutes(dependencies)),
    },
  ],
});

const exportAll = 'includeSystemServices=true';
const withAll = `${exportAll}&limit=1000`;
const items = (text: string) => (JSON.parse(text) as { items: AuditEvent[] }).items;

/** How each route is asked for all events, and where they are in its response. */
const routes: readonly (readonly [path: string, events: (text: string) => unknown[]])[] = [
  [`/v1/audit?page=1&${withAll}`, items],
  [`/v1/audit?cursor=&${withAll}`, items],
  [`/v1/audit?fromSequence=0&${withAll}`, items],
  [`/v1/audit/export?${exportAll}`, (text) => JSON.parse(text)],
  [`/v1/audit/export?format=csv&${exportAll}`, eventsInCsv],
];
const ndjson: (typeof routes)[number] = [
  `/v1/audit/export?format=ndjson&${exportAll}`,
  (text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line)),
];

/** The last column of a CSV. Texts may have line breaks, so its rows are not its lines. */
function eventsInCsv(text: string): unknown[] {
  const rows = parse(text, { bom: true, record_delimiter: '\r\n' }) as string[][];
  return rows.slice(1).map((row) => JSON.parse(row.at(-1) ?? ''));
}

/** The view with the vendor's fields alone has no own records. */
const isVisible = ({ context }: Draft) => context?.system_service !== ownService;

async function record(drafts: readonly Draft[]) {
  const organisation = await app.organisation();
  const key = await app.key('org-auditor', organisation);
  const named = drafts.map((draft, index) => ({ ...draft, eventID: `e-${index}` }));
  await app.ledger.record(organisation.identity, named);
  const read = async (path: string) => (await app.request('GET', path, { key })).text();
  return { read, named };
}

/** Reading is recorded in the log that is read. */
const isNoOwnRecord = (event: unknown) => /^e-\d+$/.test(String(decodeEntry(event).eventID));

/** What tells apart whether everything of an event is still there: its texts and numbers, wherever they are. */
function leaves(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
  return Object.values(value).flatMap(leaves).sort();
}

describe('whatever was recorded', () => {
  it('the vendor’s clients decode it on every route, and nothing of it is lost', async () => {
    const drafts = fc.array(anyDraft('thalassa', ['user', 'eventID']), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(drafts, async (drafts) => {
        const { read, named } = await record(drafts);
        const recorded = ndjson[1](await read(ndjson[0])) as AuditEvent[];
        const facts = new Map(recorded.map((event) => [event.eventID, leaves(event)]));
        for (const [path, eventsIn] of routes) {
          const events = eventsIn(await read(path)).filter(isNoOwnRecord);
          assert.equal(events.length, named.length, path);
          for (const event of events) {
            const { eventID } = decodeEntry(event);
            assert.deepEqual(leaves(event), facts.get(String(eventID)), path);
          }
        }
        for (const [path, eventsIn] of [...routes.slice(0, 4), ndjson]) {
          const events = eventsIn(await read(`/thalassa${path}`)).filter(isNoOwnRecord);
          assert.equal(events.length, named.filter(isVisible).length, path);
          for (const event of events) decodeEntry(event);
        }
        for (const draft of named) {
          const { eventID } = draft;
          const event = JSON.parse(await read(`/v1/audit/${eventID}`));
          decodeEntry(event);
          assert.deepEqual(leaves(event), facts.get(eventID));
          const path = `/thalassa/v1/audit/${eventID}`;
          if (isVisible(draft)) decodeEntry(JSON.parse(await read(path)));
        }
      }),
      { numRuns: propertyRuns / 30 },
    );
  });

  it('what they do not decode is in details.native, and exports as NDJSON or leaf texts have it in its place', async () => {
    const user = { subject: 'usr-1', createdAt: 'yesterday', Subject: 'usr-2', team: ['a'] };
    const serviceAccount = {
      name: 'deployer',
      objectVersion: 1.5,
      labels: { team: 'a', level: 3 },
      roleBindings: [1],
      createdBy: { subject: 'usr-1', createdAt: '2026-06-20 08:14:03Z' },
    };
    const { read } = await record([
      { action: 'a', user, serviceAccount, details: { native: 'the producer’s' } },
    ]);
    const event = JSON.parse(await read('/v1/audit/e-0')) as AuditEvent;
    assert.deepEqual(event.user, { subject: 'usr-1', team: ['a'] });
    assert.deepEqual(event.serviceAccount, {
      name: 'deployer',
      labels: { team: 'a' },
      createdBy: { subject: 'usr-1' },
    });
    assert.deepEqual(event.details, {
      native: 'the producer’s',
      native_: {
        user: { createdAt: 'yesterday', Subject: 'usr-2' },
        serviceAccount: {
          objectVersion: 1.5,
          labels: { level: 3 },
          roleBindings: [1],
          createdBy: { createdAt: '2026-06-20 08:14:03Z' },
        },
      },
    });
    const [line] = ndjson[1](await read(ndjson[0])) as AuditEvent[];
    assert.deepEqual([line?.user, line?.serviceAccount], [user, serviceAccount]);
    const [leaf] = JSON.parse(await read('/v1/audit/export?redact=personal')) as AuditEvent[];
    assert.deepEqual(leaf?.user, user);
  });
});
