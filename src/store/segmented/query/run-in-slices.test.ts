import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flagFromSignal } from '../../../runtime/flag.ts';
import { runInSlices, type Slices } from './run-in-slices.ts';

/** Keeps the thread busy for a moment at a time, until told to end. */
function* busy(ended: () => boolean): Slices<string> {
  while (!ended()) {
    const until = performance.now() + 1;
    while (performance.now() < until);
    yield;
  }
  return 'done';
}

describe('work in slices', () => {
  it('lets other things happen in between', async () => {
    let ended = false;
    setImmediate(() => {
      ended = true;
    });
    assert.equal(
      await runInSlices(
        busy(() => ended),
        60_000,
      ),
      'done',
    );
  });

  it('is stopped when it takes too long', async () => {
    await assert.rejects(
      runInSlices(
        busy(() => false),
        20,
      ),
      {
        code: 'timeout',
        message: 'The question took longer than 20 ms: narrow the window or the filter',
      },
    );
  });

  it('is stopped when whoever asked leaves', async () => {
    const leaving = new AbortController();
    const work = runInSlices(
      busy(() => false),
      60_000,
      flagFromSignal(leaving.signal),
    );
    setImmediate(() => leaving.abort());
    await assert.rejects(work, { code: 'abandoned' });
  });

  it('is not begun for whoever has left', async () => {
    let begun = false;
    const work = busy(() => {
      begun = true;
      return true;
    });
    const left = flagFromSignal(AbortSignal.abort());
    await assert.rejects(runInSlices(work, 60_000, left), { code: 'abandoned' });
    assert.equal(begun, false);
  });
});
