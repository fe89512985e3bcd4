import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { facets } from '../core/facets.ts';
import { EventColumns } from './event-columns.ts';
import type { SequencedEvent } from './event-store.ts';

const text = fc.string({ unit: 'binary', maxLength: 200 });
const events = fc
  .array(
    fc.record({
      body: text,
      facets: fc.array(fc.option(fc.string({ unit: 'binary', minLength: 1 }), { nil: undefined }), {
        minLength: facets.length,
        maxLength: facets.length,
      }),
      description: fc.option(text, { nil: undefined }),
      salt: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 }), { nil: undefined }),
    }),
  )
  .map((some) =>
    some.map(
      ({ salt, ...event }, n): SequencedEvent => ({
        ...event,
        ...(salt !== undefined && { salt }),
        sequence: n,
        eventID: `e-${n}`,
        createdAt: 5 + n,
        recordedAt: 7 + n,
        leafHash: new Uint8Array(32).fill(n),
      }),
    ),
  );

describe('events in columns', () => {
  it('are the events they were made of', () => {
    fc.assert(
      fc.property(events, (some) => {
        const slice = EventColumns.rangeOf(some);
        assert.equal(slice.length, some.length);
        assert.deepEqual([...slice], some);
      }),
    );
  });

  it('are those behind a place, and without those that were taken back', () => {
    fc.assert(
      fc.property(events, fc.nat(), fc.nat(), events, (some, from, to, more) => {
        const { columns } = EventColumns.rangeOf(some);
        const first = from % (some.length + 1);
        assert.deepEqual([...columns.rangeFrom(first)], some.slice(first));
        const kept = to % (some.length + 1);
        columns.truncate(kept);
        assert.deepEqual([...columns.rangeFrom(0)], some.slice(0, kept));
        for (const event of more) {
          const { columns: one } = EventColumns.rangeOf([event]);
          columns.lines.copy(one.lines.bytes, 0, one.lines.at - 1);
          columns.facets.copy(one.facets.bytes, 0, one.facets.at);
          columns.leafHashes.copy(Buffer.from(event.leafHash), 0, 32);
          columns.addSalt(event.salt && Buffer.from(event.salt));
          columns.add(event);
        }
        assert.deepEqual([...columns.rangeFrom(0)], [...some.slice(0, kept), ...more]);
      }),
    );
  });
});
