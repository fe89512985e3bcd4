import assert from 'node:assert/strict';
import { formatCursor, parseCursor } from '../../../src/core/cursor.ts';
import { formatInstant, parseInstant } from '../../../src/core/micros.ts';
import { formatNanos, parseNanos } from '../../../src/dialects/cockroachdb/nanos.ts';
import { parseTilePath, tilePath } from '../../../src/integrity/tiles.ts';
import { type Target, unlessRejected } from '../target.ts';

/** Places in lists as callers send them back: cursors, times, paths of tiles. What is accepted says the same when written. */
export const cursors: Target = {
  dictionary: ['2026-06-20T08:14:03.512904Z', '+02:00', 'WzEsMiwzLCJxIl0', '/x001/', '.p/'],
  run(input) {
    const text = input.toString();
    for (const encoded of [text, Buffer.from(text).toString('base64url')]) {
      const cursor = unlessRejected(() => parseCursor(encoded, 'q'), 'invalid');
      if (cursor !== undefined) assert.deepEqual(parseCursor(formatCursor(cursor), 'q'), cursor);
    }
    const micros = parseInstant(text);
    if (typeof micros === 'number') assert.equal(parseInstant(formatInstant(micros)), micros);
    const nanos = parseNanos(text);
    if (nanos !== undefined) assert.equal(parseNanos(formatNanos(nanos)), nanos);
    const tile = parseTilePath(text);
    if (tile !== undefined) assert.equal(tilePath(tile), text);
  },
};
