import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { neighboursToCompact } from './compaction-policy.ts';

interface Counted {
  readonly rows: number;
  /** How often its rows were written, at most. */
  readonly written: number;
}

const most = 1_000;
const fit = (a: Counted, b: Counted) => a.rows + b.rows <= most;

/** What is left when segments of these sizes come one after the other. */
function merged(sizes: readonly number[]): Counted[] {
  const segments: Counted[] = [];
  for (const rows of sizes) {
    segments.push({ rows, written: 1 });
    for (;;) {
      const due = neighboursToCompact(segments, fit);
      if (due === undefined) break;
      const [a, b] = due;
      const written = Math.max(a.written, b.written) + 1;
      segments.splice(segments.indexOf(a), 2, { rows: a.rows + b.rows, written });
    }
  }
  return segments;
}

describe('merging of small segments', () => {
  it('leaves few, however many come, and writes no row anew often', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: most }));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 400 }), (sizes) => {
        const segments = merged(sizes);
        const rows = sizes.reduce((sum, each) => sum + each, 0);
        assert.equal(
          segments.reduce((sum, each) => sum + each.rows, 0),
          rows,
        );
        // Two neighbours that fit no more are together longer than the most; the newest wait for more to come.
        const few = 2 * (rows / most) + Math.log2(most) + 2;
        assert.ok(segments.length <= few, `${segments.length} of ${sizes.length}`);
        for (const { written } of segments) assert.ok(written <= 25, `written ${written} times`);
      }),
    );
  });

  it('leaves segments that have their length alone', () => {
    const full = Array.from({ length: 50 }, () => most);
    assert.deepEqual(merged(full).length, 50);
  });
});
