import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatCursor, parseCursor } from './cursor.ts';

const cursor = { after: { createdAt: -1_000, sequence: 7 }, snapshot: 12, query: 'asc é' };
const encoded = (fields: unknown) => Buffer.from(JSON.stringify(fields)).toString('base64url');

describe('a cursor', () => {
  it('is read back as it was, and is safe in a URL', () => {
    const text = formatCursor(cursor);
    assert.match(text, /^[\w-]+$/);
    assert.deepEqual(parseCursor(text, 'asc é'), cursor);
    const largest = { ...cursor, snapshot: Number.MAX_SAFE_INTEGER };
    assert.deepEqual(parseCursor(formatCursor(largest), 'asc é'), largest);
  });

  it('does not continue another list', () => {
    assert.throws(() => parseCursor(formatCursor(cursor), 'desc é'), {
      code: 'invalid',
      message: /a list with other filters or another order$/,
    });
  });

  for (const text of [
    '',
    'x',
    encoded({ after: 1 }),
    encoded('1,2,3'),
    encoded([1, 2, 3]),
    encoded([1, 2, 3, 'asc é', 5]),
    encoded([1.5, 2, 3, 'asc é']),
    encoded([1, '2', 3, 'asc é']),
    encoded([1, 2, null, 'asc é']),
    encoded([1, 2 ** 53, 3, 'asc é']),
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseCursor(text, 'asc é'), {
        code: 'invalid',
        message: /the cursor is not one of this server$/,
      });
    });
  }
});
