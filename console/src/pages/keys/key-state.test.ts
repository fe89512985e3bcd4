import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ApiKey } from '../../api/admin-queries.ts';
import { createdBy, keyState } from './key-state.ts';

const now = Date.parse('2026-11-30T12:00:00Z');
const key = (id: string, more: Partial<ApiKey> = {}): ApiKey => ({
  id,
  name: id,
  organisation: 'org-1',
  role: 'writer',
  createdAt: '2026-11-01T00:00:00.000000Z',
  ...more,
});

it('says whether a key is valid, at the instant of its expiry too', () => {
  assert.equal(keyState(key('a'), now), 'valid');
  assert.equal(keyState(key('a', { expiresAt: '2026-11-30T12:00:00.000000Z' }), now), 'expired');
  assert.equal(keyState(key('a', { expiresAt: '2026-11-30T12:00:00.001000Z' }), now), 'valid');
  const both = { expiresAt: '2026-11-01T00:00:00Z', revokedAt: '2026-11-02T00:00:00Z' };
  assert.equal(keyState(key('a', both), now), 'revoked');
});

it('finds what a key created, also through keys that are not valid any more', () => {
  const keys = [
    key('a'),
    key('b', { createdBy: 'a', revokedAt: '2026-11-02T00:00:00Z' }),
    key('c', { createdBy: 'b' }),
    key('d', { createdBy: 'x' }),
    key('e', { createdBy: 'a' }),
  ];
  assert.deepEqual(
    createdBy(keys[0]!, keys, now).map(({ id }) => id),
    ['e', 'c'],
  );
  assert.deepEqual(createdBy(keys[3]!, keys, now), []);
});
