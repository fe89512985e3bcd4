import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { draftSchema } from '../../core/event.ts';
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
import { decodeEvent } from './decoder.fixture.ts';
import { actions, origins, resourceTypes } from './vocabulary.ts';
import { toUpcloud, upcloudDraft, upcloudEventSchema } from './wire.ts';

const memberNames = Object.keys(upcloudEventSchema.shape);

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Anything the vendor's schema allows: every optional member there or not, further members, any text. */
const upcloudEvent = fc
  .tuple(
    fc.dictionary(
      anyText.filter((name) => !memberNames.includes(name.toLowerCase())),
      anyJson,
      { maxKeys: 3, noNullPrototype: true },
    ),
    fc.record(
      {
        time: anyInstant.map((text) => text.toUpperCase()),
        auth_type: fc.oneof(fc.constantFrom('gui', 'api', 'basic_auth'), anyText),
        cloud_event_id: fc.string({
          unit: fc.constantFrom(...crockford),
          minLength: 26,
          maxLength: 26,
        }),
        upcloud_correlation_id: fc.oneof(fc.uuid(), anyText),
        resource_type: fc.constantFrom(...resourceTypes),
        resource_sub_type: anyText,
        action: fc.constantFrom(...actions),
        origin: fc.constantFrom(...origins),
        account_username: fc.oneof(fc.constantFrom('maria', 'ops_bot'), anyText),
        ip_address: fc.oneof(fc.ipV4(), fc.ipV6(), anyText),
        resource_id: fc.oneof(fc.uuid(), anyText),
        current_state: anyObject,
        previous_state: anyObject,
      },
      {
        requiredKeys: [
          'time',
          'auth_type',
          'cloud_event_id',
          'upcloud_correlation_id',
          'resource_type',
          'action',
          'origin',
          'account_username',
        ],
      },
    ),
  )
  .map(([further, known]) => JSON.parse(JSON.stringify({ ...further, ...known })));

test('an event from UpCloud comes back as it was, further members included', () => {
  fc.assert(
    fc.property(upcloudEvent, (entry) => {
      const draft = upcloudDraft(entry);
      assert.ok(draftSchema.safeParse(draft).success);
      assert.deepEqual(toUpcloud(recordDraft(draft)), entry);
    }),
    { numRuns: propertyRuns },
  );
});

test('whatever was recorded, UpCloud’s form of it passes the vendor’s schema', () => {
  fc.assert(
    fc.property(anyDraft('upcloud', memberNames), (draft) => {
      const entry = toUpcloud(recordDraft(draft));
      decodeEvent(entry);
      assert.ok(upcloudEventSchema.safeParse(entry).success);
    }),
    { numRuns: propertyRuns },
  );
});

test('details of UpCloud’s change nothing that the log knows, by whatever spelling of a name', () => {
  fc.assert(
    fc.property(anyDraft('upcloud', memberNames), (draft) => {
      const { details: _, ...rest } = draft;
      const eventID = 'evt-1';
      const known = toUpcloud(recordDraft({ ...rest, eventID }));
      const shown = readAsGo(toUpcloud(recordDraft({ ...draft, eventID })), memberNames);
      for (const name of memberNames) {
        if (known[name] === undefined || known[name] === '') continue;
        if (name === 'time') assert.equal(Date.parse(String(shown.time)), Date.parse(known.time));
        else assert.deepEqual(shown[name], known[name], name);
      }
    }),
    { numRuns: propertyRuns },
  );
});

test('nothing that was recorded is left out', () => {
  fc.assert(
    fc.property(anyDraft('upcloud', memberNames), (draft) => {
      const event = recordDraft(draft);
      const shown = JSON.stringify(toUpcloud(event));
      for (const [path, fact] of factsOf(event)) {
        const spelt = path === 'createdAt' ? String(fact).replace('.000000', '') : fact;
        // The origin `upcloud_internal` says so.
        if (path === 'context.system_service' && fact === 'upcloud') continue;
        assert.ok(shown.includes(JSON.stringify(spelt)), path);
      }
    }),
    { numRuns: propertyRuns },
  );
});

test('any JSON object at all becomes a draft the log accepts', () => {
  const almost = fc.dictionary(fc.oneof(fc.constantFrom(...memberNames), anyText), anyJson);
  fc.assert(
    fc.property(almost, (entry) => {
      assert.ok(draftSchema.safeParse(upcloudDraft(entry)).success);
    }),
    { numRuns: propertyRuns },
  );
});

const login = {
  time: '2026-06-20T08:00:00Z',
  auth_type: 'gui',
  cloud_event_id: '01JY5WYGR0AAAAAAAAAAAAAAAA',
  upcloud_correlation_id: '9b7d5a10-21cc-4c3d-8f6f-0d7a3f4f5b66',
  resource_type: 'auth',
  resource_sub_type: 'session-api-token',
  action: 'login',
  origin: 'gui',
  account_username: 'maria',
  ip_address: '203.0.113.24',
};

test('an event from UpCloud has its facts in native fields and the rest in details', () => {
  assert.deepEqual(upcloudDraft(login), {
    eventID: '01JY5WYGR0AAAAAAAAAAAAAAAA',
    createdAt: '2026-06-20T08:00:00.000000Z',
    action: 'login',
    resourceType: 'auth',
    userIdentity: 'maria',
    traceId: '9b7d5a10-21cc-4c3d-8f6f-0d7a3f4f5b66',
    context: { client_ip: '203.0.113.24', credentials_type: 'gui', origin: 'gui' },
    details: { upcloud: { resource_sub_type: 'session-api-token' } },
  });
});

test('UpCloud’s own doings are marked as those of a system service', () => {
  const { context } = upcloudDraft({ ...login, origin: 'upcloud_internal' });
  assert.equal(context?.system_service, 'upcloud');
  assert.equal(context?.origin, 'upcloud_internal');
});

test('words that UpCloud added later are recorded, shown as listed ones and stay visible', () => {
  const draft = upcloudDraft({
    ...login,
    action: 'resize',
    resource_type: 'network',
    origin: 'cli',
  });
  assert.equal(draft.action, 'resize');
  assert.deepEqual(draft.details, { upcloud: { resource_sub_type: 'session-api-token' } });
  const { action, resource_type, origin, native } = toUpcloud(recordDraft(draft));
  assert.deepEqual([action, resource_type, origin], ['update', 'network-gateway', 'api']);
  assert.deepEqual(native, {
    action: 'resize',
    resourceType: 'network',
    context: { origin: 'cli' },
  });
});

test('a native event is translated, and says in `native` what UpCloud has no word for', () => {
  const entry = toUpcloud(
    recordDraft({
      eventID: 'evt-d8k2m0v4qs7c73f1a2bg',
      createdAt: '2026-06-20T08:14:03.512904Z',
      action: 'DELETE',
      description: 'Deleted VPC staging-net',
      resourceType: 'cloud_vpc',
      resourceIdentity: 'vpc-31c9aa',
      serviceAccountIdentity: 'sa-4d01c2',
      context: { client_ip: '203.0.113.24', status: 403 },
    }),
  );
  assert.match(entry.cloud_event_id, /^01KVJ1G4QR00000019/, 'time, then sequence');
  assert.deepEqual(entry, {
    time: '2026-06-20T08:14:03.512904Z',
    auth_type: '',
    cloud_event_id: entry.cloud_event_id,
    upcloud_correlation_id: '',
    resource_type: 'network-gateway',
    action: 'delete',
    origin: 'api',
    account_username: 'sa-4d01c2',
    ip_address: '203.0.113.24',
    resource_id: 'vpc-31c9aa',
    native: {
      eventID: 'evt-d8k2m0v4qs7c73f1a2bg',
      action: 'DELETE',
      description: 'Deleted VPC staging-net',
      resourceType: 'cloud_vpc',
      serviceAccountIdentity: 'sa-4d01c2',
      context: { status: 403 },
      outcome: 'failure',
    },
  });
});

test('details that contradict the event are not passed off as UpCloud’s', () => {
  const upcloud = {
    time: '2001-01-01T00:00:00Z',
    account_username: 'somebody-else',
    action: 'login',
    resource_sub_type: 7,
  };
  const entry = toUpcloud(
    recordDraft({
      createdAt: '2026-06-20T08:00:00Z',
      action: 'create',
      userIdentity: 'maria',
      details: { upcloud },
    }),
  );
  assert.equal(entry.time, '2026-06-20T08:00:00Z');
  assert.equal(entry.account_username, 'maria');
  assert.equal(entry.action, 'create');
  assert.equal(entry.resource_sub_type, undefined);
  const native = entry.native as { details: unknown };
  assert.deepEqual(native.details, { upcloud });
});

test('a member of details that a native field could hold is not shown in its place', () => {
  const upcloud = {
    account_username: 'root',
    resource_id: 'r-other',
    upcloud_correlation_id: 'c-other',
    outcome: 'success',
    ACTION: 'read',
  };
  const event = toUpcloud(
    recordDraft({ eventID: 'evt-1', action: 'delete', outcome: 'failure', details: { upcloud } }),
  );
  assert.equal(event.account_username, '');
  assert.equal(event.resource_id, undefined);
  assert.equal(event.upcloud_correlation_id, '');
  assert.deepEqual(event.native, { eventID: 'evt-1', outcome: 'failure', details: { upcloud } });
  assert.ok(!Object.hasOwn(event, 'outcome') && !Object.hasOwn(event, 'ACTION'));
});
