import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnnalsError } from '../core/errors.ts';
import { importers } from './importers.ts';

test('an event of ours comes in as it was sent, without what the server sets', () => {
  const draft = { action: 'kms.decrypt', createdAt: '2026-06-20T08:14:03.512904Z', eventID: 'e-1' };
  const event = {
    ...draft,
    organizationIdentity: 'org-1',
    recordedAt: draft.createdAt,
    sequence: 7,
  };
  assert.deepEqual(importers.native(JSON.stringify(event)), draft);
});

test('a draft with a field of ours keeps its mistakes for the server to name', () => {
  const draft = { action: 'GET', details: {}, resorceType: 'vpc' };
  assert.deepEqual(importers.native(JSON.stringify(draft)), draft);
});

test('a Thalassa entry loses nothing', () => {
  const entry = { action: 'GET', eventID: 'e-2', organization: { slug: 'acme' } };
  assert.deepEqual(importers.native(JSON.stringify(entry)), {
    action: 'GET',
    eventID: 'e-2',
    details: { thalassa: { organization: { slug: 'acme' } } },
  });
});

test('a file of another kind is refused rather than recorded as unknown actions', () => {
  const record = { eventVersion: '1.08', eventSource: 's3.amazonaws.com', eventName: 'GetObject' };
  assert.throws(
    () => importers.native(JSON.stringify(record)),
    (error) => error instanceof AnnalsError && error.code === 'invalid',
  );
});
