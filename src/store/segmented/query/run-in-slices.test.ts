import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PausableWork } from '../../../core/pausable-work.ts';
import { flagFromSignal } from '../../../runtime/flag.ts';
import { runInSlices } from './run-in-slices.ts';

/** Keeps the thread busy for a moment at a time, until it is to end. */
function* busy(ended: () => boolean): PausableWork<string> {
  while (!ended()) {
    const until = performance.now() + 1;
    while (performance.now() < until);
    yield;
  }
  return 'done';
}

describe('work in time slices', () => {
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
        message: 'The query took longer than 20 ms: narrow the window or the filter',
      },
    );
  });

  it('is stopped when the client disconnects', async () => {
    const client = new AbortController();
    const work = runInSlices(
      busy(() => false),
      60_000,
      flagFromSignal(client.signal),
    );
    setImmediate(() => client.abort());
    await assert.rejects(work, { code: 'abandoned' });
  });

  it('does not begin for a client that has disconnected', async () => {
    let begun = false;
    const work = busy(() => {
      begun = true;
      return true;
    });
    const disconnected = flagFromSignal(AbortSignal.abort());
    await assert.rejects(runInSlices(work, 60_000, disconnected), { code: 'abandoned' });
    assert.equal(begun, false);
  });
});
