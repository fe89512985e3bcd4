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

/** The segments that are left when segments of these sizes come one after the other. */
function compactAll(sizes: readonly number[]): Counted[] {
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

describe('compaction of small segments', () => {
  it('leaves few, however many come, and rewrites no row often', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: most }));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 400 }), (sizes) => {
        const segments = compactAll(sizes);
        const rows = sizes.reduce((sum, each) => sum + each, 0);
        assert.equal(
          segments.reduce((sum, each) => sum + each.rows, 0),
          rows,
        );
        // Two neighbours that do not fit together are longer than the most; the newest ones wait for more.
        const few = 2 * (rows / most) + Math.log2(most) + 2;
        assert.ok(segments.length <= few, `${segments.length} of ${sizes.length}`);
        for (const { written } of segments) assert.ok(written <= 25, `written ${written} times`);
      }),
    );
  });

  it('leaves full segments as they are', () => {
    const full = Array.from({ length: 50 }, () => most);
    assert.equal(compactAll(full).length, 50);
  });
});
