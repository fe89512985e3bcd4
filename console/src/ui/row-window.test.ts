import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  largestOffset,
  moveWindow,
  type RowGeometry,
  rowsInView,
  scrollTopFor,
  trackHeight,
} from './row-window.ts';

const geometry: fc.Arbitrary<RowGeometry> = fc.record({
  rows: fc.integer({ min: 0, max: 20_000_000 }),
  rowHeight: fc.constantFrom(32, 60),
  viewHeight: fc.integer({ min: 100, max: 2_000 }),
});

/** As a browser: whole pixels, between the ends of the track. */
const barMoves = fc.array(
  fc.oneof(
    fc.record({ by: fc.integer({ min: -300, max: 300 }) }),
    fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  ),
  { maxLength: 30 },
);

function move(of: RowGeometry, moves: readonly ({ by: number } | { share: number })[]) {
  const range = trackHeight(of) - of.viewHeight;
  let view = { offset: 0, scrollTop: 0 };
  for (const one of moves) {
    const wanted = 'by' in one ? view.scrollTop + one.by : one.share * range;
    view = moveWindow(view, Math.round(Math.max(0, Math.min(wanted, range))), of);
  }
  return view;
}

describe('a window on rows', () => {
  it('stays within the list, and shows rows wherever it stands', () => {
    fc.assert(
      fc.property(geometry, barMoves, (of, moves) => {
        const view = move(of, moves);
        assert.ok(view.offset >= 0 && view.offset <= largestOffset(of));
        const { first, last } = rowsInView(view, of);
        assert.ok(first >= 0 && last <= of.rows && first <= last);
        if (of.rows === 0) return;
        assert.ok(first * of.rowHeight <= view.offset && last > first);
        assert.ok(last === of.rows || last * of.rowHeight >= view.offset + of.viewHeight);
      }),
    );
  });

  it('is at an end of the list when the bar is', () => {
    fc.assert(
      fc.property(geometry, barMoves, (of, moves) => {
        const range = trackHeight(of) - of.viewHeight;
        const view = move(of, moves);
        assert.equal(moveWindow(view, range, of).offset, largestOffset(of));
        assert.equal(moveWindow(view, 0, of).offset, 0);
      }),
    );
  });

  it('moves by as many pixels as the bar does in small steps, also on a shortened track', () => {
    const of = { rows: 10_000_000, rowHeight: 32, viewHeight: 600 };
    const middle = moveWindow({ offset: 0, scrollTop: 0 }, 6_000_000, of);
    const after = moveWindow(middle, 6_000_100, of);
    assert.equal(after.offset - middle.offset, 100);
    // A row is never passed over: 100 pixels are three rows and a bit.
    assert.ok(rowsInView(after, of, 0).first - rowsInView(middle, of, 0).first <= 4);
  });

  it('puts the bar where a drag to that place would have the same offset, but for a pixel', () => {
    fc.assert(
      fc.property(geometry, fc.double({ min: 0, max: 1, noNaN: true }), (of, share) => {
        const offset = share * largestOffset(of);
        const scrollTop = scrollTopFor(offset, of);
        assert.ok(scrollTop >= 0 && scrollTop <= trackHeight(of) - of.viewHeight);
        const pixel = Math.max(1, largestOffset(of) / Math.max(1, trackHeight(of) - of.viewHeight));
        const far = { offset: 0, scrollTop: scrollTop + of.viewHeight * 4 };
        const dragged = moveWindow(far, scrollTop, of).offset;
        assert.ok(Math.abs(dragged - offset) <= pixel, `${dragged} and ${offset}`);
      }),
    );
  });
});
