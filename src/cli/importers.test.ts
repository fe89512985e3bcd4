import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importers } from './importers.ts';

const upcloud = {
  time: '2026-06-20T08:14:03Z',
  auth_type: 'api',
  cloud_event_id: '01JY5XQ8M3W7N2B4C6D8E0F2GH',
  upcloud_correlation_id: '3f0c2f4e-7f0a-4d5e-9a0f-2b6e1c9d7a11',
  resource_type: 'server',
  action: 'update',
  origin: 'api',
  account_username: 'ops_bot',
};

const cockroachdb = {
  id: '5d0c8a2e-6a0b-4a57-9a0e-0c1f7f3b9a10',
  created_at: '2026-06-20T08:14:03.512904Z',
  action: 'AUDIT_LOG_ACTION_ADD_IP_ALLOWLIST',
  source: 'AUDIT_LOG_SOURCE_CC_API',
  user_email: '',
  service_account_name: 'ci-deployer',
};

describe('an entry of a file', () => {
  it('of ours whose personal fields were erased keeps that they were', () => {
    const draft = { eventID: 'e', createdAt: '2026-06-20T08:14:03Z', action: 'GET', user: {} };
    const setByServer = {
      sequence: 4,
      recordedAt: '2026-06-20T08:14:04Z',
      organizationIdentity: 'o',
    };
    const erased = { ...draft, ...setByServer, personal: '5f1d', details: { floor: 3 } };
    assert.deepEqual(importers.native(JSON.stringify(erased)), {
      ...draft,
      details: { floor: 3, personal: '5f1d' },
    });
  });

  it('of a vendor gets native fields for what it says', () => {
    const fromUpcloud = importers.upcloud(JSON.stringify(upcloud));
    assert.deepEqual(
      [fromUpcloud.eventID, fromUpcloud.action, fromUpcloud.userIdentity],
      [upcloud.cloud_event_id, 'update', 'ops_bot'],
    );
    const fromCockroachdb = importers.cockroachdb(JSON.stringify(cockroachdb));
    assert.deepEqual(
      [fromCockroachdb.eventID, fromCockroachdb.serviceAccountIdentity],
      [cockroachdb.id, 'ci-deployer'],
    );
  });

  it('without what each entry of the vendor has is rejected', () => {
    for (const [importer, entry] of [
      ['thalassa', { action: 'GET' }],
      ['upcloud', { action: 'update', created_at: '2026-06-20T08:14:03Z' }],
      ['cockroachdb', upcloud],
      ['cloudtrail', upcloud],
      ['native', { time: '2026-06-20T08:14:03Z' }],
    ] as const) {
      assert.throws(
        () => importers[importer](JSON.stringify(entry)),
        { code: 'invalid', message: /^it (has no|is not) .*: see --from$/ },
        importer,
      );
    }
  });

  it('of a vendor whose time is not one is rejected, and not dated now', () => {
    for (const [importer, entry, field] of [
      ['thalassa', { action: 'GET', createdAt: 'yesterday' }, 'createdAt'],
      ['upcloud', { ...upcloud, time: '20.06.2026' }, 'time'],
      ['cockroachdb', { ...cockroachdb, created_at: '' }, 'created_at'],
    ] as const) {
      assert.throws(() => importers[importer](JSON.stringify(entry)), {
        code: 'invalid',
        message: `${field} is not an RFC 3339 time`,
      });
    }
  });

  it('is one of Thalassa’s without being named so, if it has what all of those have and nothing else', () => {
    const entry = {
      eventID: 'e',
      createdAt: '2026-06-20T08:14:03.123456789Z',
      action: 'GET',
      organization: { identity: 'o', createdAt: '2026-01-01T00:00:00Z' },
    };
    const { createdAt, organization } = entry;
    assert.deepEqual(importers.native(JSON.stringify(entry)).details, {
      thalassa: { createdAt, organization },
    });
    for (const other of [
      { ...entry, organisation: {} },
      { ...entry, createdAt: 'yesterday' },
      { ...entry, eventID: undefined },
    ]) {
      const text = JSON.stringify(other);
      assert.deepEqual(importers.native(text), JSON.parse(text));
    }
  });

  it('of our own loses what the server sets', () => {
    const event = {
      eventID: 'a',
      action: 'GET',
      createdAt: '2026-06-20T08:14:03.000000Z',
      recordedAt: '2026-06-20T08:14:04.000000Z',
      organizationIdentity: 'org-1',
      sequence: 7,
    };
    assert.deepEqual(importers.native(JSON.stringify(event)), {
      eventID: 'a',
      action: 'GET',
      createdAt: '2026-06-20T08:14:03.000000Z',
    });
  });

  it('that would lose digits, or is not an object, is rejected', () => {
    assert.throws(
      () => importers.native('{"action":"a","details":{"n":12345678901234567890}}'),
      /details\.n is the number 12345678901234567890/,
    );
    assert.throws(() => importers.native('[1]'), /it is not a JSON object/);
  });
});
