import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Draft, draftSchema } from '../../core/event.ts';
import {
  anyDraft,
  anyInstant,
  anyJson,
  anyObject,
  anyText,
  factsOf,
  propertyRuns,
  readAsGo,
  recordDraft,
} from '../mapping.fixture.ts';
import { decodeEntry, decodePage } from './decoder.fixture.ts';
import { entryInVersion, parseApiVersion } from './version.ts';
import { cockroachdbDraft, cockroachdbEntrySchema, toCockroachdb } from './wire.ts';

const memberNames = Object.keys(cockroachdbEntrySchema.shape);
const newest = parseApiVersion('latest');

const long = fc.constant('e'.repeat(9_000));

/** Anything the vendor's schema allows: every member there or not, further members, any text. */
const entry = fc
  .tuple(
    fc.dictionary(
      anyText.filter((name) => !memberNames.includes(name.toLowerCase())),
      anyJson,
      { maxKeys: 3, noNullPrototype: true },
    ),
    fc.record(
      {
        id: fc.oneof(fc.uuid(), anyText, long),
        trace_id: fc.oneof(fc.uuid(), anyText),
        session_id: anyText,
        source: fc
          .oneof(
            fc.constantFrom('CC_API', 'CLI', 'UI', 'INTERNAL', 'MCP', 'SSH_GATEWAY', 'X'),
            anyText,
          )
          .map((name) => `AUDIT_LOG_SOURCE_${name}`),
        user_email: fc.oneof(fc.emailAddress(), anyText),
        service_account_name: anyText,
        system_actor_name: fc.constantFrom('', 'SYSTEM_ACTOR_NAME_SYSTEM', 'SYSTEM_ACTOR_NAME_X'),
        cluster_id: fc.oneof(fc.uuid(), anyText),
        cluster_name: anyText,
        action: fc
          .constantFrom('CREATE_CLUSTER', 'USER_LOGIN', 'FOLD_SPACE')
          .map((name) => `AUDIT_LOG_ACTION_${name}`),
        payload: fc.oneof(
          anyText,
          anyObject,
          anyObject.map((value) => JSON.stringify(value)),
        ),
        metadata: fc.oneof(
          fc.constant(null),
          fc.record({ ip_address: fc.oneof(fc.ipV4(), anyText) }, { requiredKeys: [] }),
          anyObject.map(({ ip_address, ...others }) => others),
          anyObject.map((others) => ({ ...others, ip_address: '203.0.113.24' })),
        ),
        error: fc.oneof(fc.constant(''), anyText, long),
        created_at: anyInstant.map((text) => text.toUpperCase()),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([further, known]) => JSON.parse(JSON.stringify({ ...further, ...known })));

test('an entry from CockroachDB comes back as it was, further and missing members included', () => {
  fc.assert(
    fc.property(entry, (original) => {
      const draft = cockroachdbDraft(original);
      assert.ok(draftSchema.safeParse(draft).success);
      assert.deepEqual(toCockroachdb(recordDraft(draft)), original);
    }),
    { numRuns: propertyRuns },
  );
});

test('whatever was recorded, CockroachDB’s form of it passes the vendor’s schema', () => {
  fc.assert(
    fc.property(anyDraft('cockroachdb', memberNames), (draft) => {
      for (const view of ['original', 'recorded'] as const) {
        const entry = toCockroachdb(recordDraft(draft), view);
        decodeEntry(entry);
        assert.ok(cockroachdbEntrySchema.safeParse(entry).success);
      }
    }),
    { numRuns: propertyRuns },
  );
});

test('whatever was recorded, each version of the API has all of its members', () => {
  const versions = ['2022-09-20', '2023-04-10', '2024-09-16', '2026-09-15'] as const;
  fc.assert(
    fc.property(anyDraft('cockroachdb', memberNames), (draft) => {
      const event = recordDraft(draft);
      for (const name of versions) {
        const version = parseApiVersion(name);
        const sent = JSON.parse(JSON.stringify({ entries: [entryInVersion(event, version)] }));
        decodePage(sent, version.payload === 'text' ? 'string' : 'object', version.systemActor);
      }
    }),
    { numRuns: propertyRuns / 3 },
  );
});

test('details of CockroachDB’s change nothing that the log knows, by whatever spelling of a name', () => {
  // The log has no word of its own for these two.
  const others = ['payload', 'metadata'];
  const names = memberNames.filter((name) => !others.includes(name));
  fc.assert(
    fc.property(anyDraft('cockroachdb', memberNames), (draft) => {
      const { details: _, ...rest } = draft;
      const read = (one: Draft) =>
        readAsGo(entryInVersion(recordDraft({ ...one, eventID: 'evt-1' }), newest), names);
      const known = read(rest);
      const shown = read(draft);
      for (const name of names)
        if (known[name] !== '') assert.deepEqual(shown[name], known[name], name);
    }),
    { numRuns: propertyRuns },
  );
});

test('nothing that was recorded is left out', () => {
  // Said by `error`, `source`, `cluster_id` and `system_actor_name`, in the vendor's own way.
  const implied = /^(outcome|context\.origin|context\.system_service|resourceType)$/;
  fc.assert(
    fc.property(anyDraft('cockroachdb', memberNames), (draft) => {
      const event = recordDraft(draft);
      const shown = JSON.stringify(toCockroachdb(event, 'recorded'));
      for (const [path, fact] of factsOf(event)) {
        if (!implied.test(path)) assert.ok(shown.includes(JSON.stringify(fact)), path);
      }
    }),
    { numRuns: propertyRuns },
  );
});

test('any JSON object at all becomes a draft the log accepts', () => {
  const almost = fc.dictionary(fc.oneof(fc.constantFrom(...memberNames), anyText), anyJson);
  fc.assert(
    fc.property(almost, (value) => {
      assert.ok(draftSchema.safeParse(cockroachdbDraft(value)).success);
    }),
    { numRuns: propertyRuns },
  );
});

const allowlist = {
  id: '5d0c8a2e-6a0b-4a57-9a0e-0c1f7f3b9a10',
  trace_id: 'b7c1e0d94f2a4c1e8d3a5b6c7d8e9f01',
  session_id: '',
  source: 'AUDIT_LOG_SOURCE_CC_API',
  user_email: 'noor@example.org',
  service_account_name: '',
  cluster_id: '0f6b2a44-2b7e-4f1d-8a7e-5d1c2b3a4f50',
  cluster_name: 'orders-eu',
  action: 'AUDIT_LOG_ACTION_ADD_IP_ALLOWLIST',
  payload: '{"request":{"cidrIp":"203.0.113.0"}}',
  metadata: { ip_address: '198.51.100.9' },
  error: '',
  created_at: '2026-06-20T08:14:03.512904Z',
};

test('an entry from CockroachDB has its facts in native fields and the rest in details', () => {
  assert.deepEqual(cockroachdbDraft(allowlist), {
    eventID: '5d0c8a2e-6a0b-4a57-9a0e-0c1f7f3b9a10',
    createdAt: '2026-06-20T08:14:03.512904Z',
    action: 'AUDIT_LOG_ACTION_ADD_IP_ALLOWLIST',
    resourceType: 'cluster',
    resourceIdentity: '0f6b2a44-2b7e-4f1d-8a7e-5d1c2b3a4f50',
    userIdentity: 'noor@example.org',
    user: { email: 'noor@example.org' },
    traceId: 'b7c1e0d94f2a4c1e8d3a5b6c7d8e9f01',
    context: { client_ip: '198.51.100.9', origin: 'api' },
    outcome: 'success',
    details: {
      cockroachdb: {
        cluster_name: 'orders-eu',
        payload: '{"request":{"cidrIp":"203.0.113.0"}}',
      },
    },
  });
});

test('an error means a failure, and a system actor a system service', () => {
  const draft = cockroachdbDraft({
    ...allowlist,
    error: 'quota exceeded',
    system_actor_name: 'SYSTEM_ACTOR_NAME_SYSTEM',
  });
  assert.equal(draft.outcome, 'failure');
  assert.equal(draft.error, 'quota exceeded');
  assert.equal(draft.context?.system_service, 'cockroachdb');
});

test('what we send for an entry differs only in the time of recording, and has the other time too', () => {
  const sent = toCockroachdb(recordDraft(cockroachdbDraft(allowlist)), 'recorded');
  assert.deepEqual(sent, {
    ...allowlist,
    created_at: '2026-06-20T09:00:00.000007Z',
    native: { createdAt: '2026-06-20T08:14:03.512904Z' },
  });
});

test('what we send has every member, also for an entry that had not', () => {
  const { session_id, metadata, payload, ...entry } = allowlist;
  const sent = toCockroachdb(recordDraft(cockroachdbDraft(entry)), 'recorded');
  assert.equal(sent.session_id, '');
  assert.equal(sent.metadata, null);
  assert.ok(Object.hasOwn(sent, 'payload'));
});

test('a native event is translated, and its payload says what CockroachDB has no word for', () => {
  const sent = toCockroachdb(
    recordDraft({
      eventID: 'evt-1',
      createdAt: '2026-06-20T08:00:00Z',
      action: 'DELETE',
      description: 'Deleted VPC staging-net',
      resourceType: 'cloud_vpc',
      resourceIdentity: 'vpc-31c9aa',
      userIdentity: 'usr-7f3c1d',
      user: { name: 'Noor', email: 'noor@example.org' },
      context: { client_ip: '203.0.113.24', status: 403, origin: 'telegram' },
      traceId: 't-1',
    }),
    'recorded',
  );
  assert.deepEqual(sent, {
    id: 'evt-1',
    trace_id: 't-1',
    session_id: '',
    source: 'AUDIT_LOG_SOURCE_CC_API',
    user_email: 'noor@example.org',
    service_account_name: '',
    cluster_id: '',
    cluster_name: '',
    action: 'AUDIT_LOG_ACTION_DELETE_CLOUD_VPC',
    payload: {
      createdAt: '2026-06-20T08:00:00.000000Z',
      action: 'DELETE',
      description: 'Deleted VPC staging-net',
      resourceType: 'cloud_vpc',
      resourceIdentity: 'vpc-31c9aa',
      userIdentity: 'usr-7f3c1d',
      user: { name: 'Noor' },
      context: { status: 403, origin: 'telegram' },
    },
    metadata: { ip_address: '203.0.113.24' },
    error: 'status 403',
    created_at: '2026-06-20T09:00:00.000007Z',
  });
});

test('details that contradict the event are not passed off as CockroachDB’s', () => {
  const cockroachdb = {
    id: 'x',
    user_email: 'somebody@else',
    error: 'no',
    metadata: { ip_address: 7 },
  };
  const sent = toCockroachdb(
    recordDraft({
      eventID: 'evt-1',
      action: 'POST',
      userIdentity: 'maria',
      details: { cockroachdb },
    }),
    'recorded',
  );
  assert.equal(sent.id, 'evt-1');
  assert.equal(sent.user_email, 'maria');
  assert.equal(sent.error, '');
  assert.equal(sent.metadata, null);
  assert.deepEqual((sent.payload as { details: unknown }).details, { cockroachdb });
});

test('details cannot hide a failure, name another actor, or pretend that a system acted', () => {
  const cockroachdb = {
    error: '',
    service_account_name: 'sa-other',
    trace_id: 't-other',
    system_actor_name: 'SYSTEM_ACTOR_NAME_SYSTEM',
    metadata: { IP_ADDRESS: '198.51.100.9' },
    USER_EMAIL: 'somebody@else',
    uſer_email: 'somebody@else',
  };
  const sent = toCockroachdb(
    recordDraft({
      eventID: 'evt-1',
      action: 'POST',
      userIdentity: 'maria',
      outcome: 'failure',
      details: { cockroachdb },
    }),
    'recorded',
  );
  assert.equal(sent.error, 'failure');
  assert.equal(sent.service_account_name, '');
  assert.equal(sent.trace_id, '');
  assert.equal(sent.metadata, null);
  const names = ['system_actor_name', 'USER_EMAIL', 'uſer_email'];
  for (const name of names) assert.ok(!Object.hasOwn(sent, name), name);
  assert.deepEqual((sent.payload as { details: unknown }).details, { cockroachdb });
});
