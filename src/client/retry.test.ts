import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError, type ErrorCode } from '../core/errors.ts';
import { retry } from './retry.ts';

const signal = new AbortController().signal;

/** Attempts something that fails with these errors in turn. Gives the pauses and the result. */
async function attempt(errors: readonly AnnalsError[], maxRetries?: number) {
  const waits: number[] = [];
  const left = [...errors];
  const settings = {
    sleep: async (milliseconds: number) => void waits.push(milliseconds),
    random: () => 1,
    notify: () => undefined,
    ...(maxRetries !== undefined && { maxRetries }),
  };
  const result = await retry(settings, signal, async () => {
    const error = left.shift();
    if (error !== undefined) throw error;
    return 'done';
  }).catch((error: AnnalsError) => error.code);
  return { waits, result };
}

const failing = (code: ErrorCode, times: number, retryAfterSeconds?: number): AnnalsError[] =>
  Array.from(
    { length: times },
    () => new AnnalsError(code, 'no', retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  );

describe('retrying', () => {
  it('waits twice as long after each failure in a row, up to half a minute', async () => {
    assert.deepEqual(await attempt(failing('unavailable', 8)), {
      waits: [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
      result: 'done',
    });
  });

  it('ends after this many failures', async () => {
    assert.equal((await attempt(failing('timeout', 9))).result, 'timeout');
    assert.deepEqual(await attempt(failing('timeout', 1), 0), { waits: [], result: 'timeout' });
  });

  it('waits as long as the server asked, unless that is too long for one run', async () => {
    const soon = await attempt(failing('too-many-requests', 1, 90));
    assert.deepEqual(soon, { waits: [90_000], result: 'done' });
    const later = await attempt(failing('too-many-requests', 1, 3_600));
    assert.deepEqual(later, { waits: [], result: 'too-many-requests' });
  });

  it('without a limit never gives up, and waits no longer than ten minutes', async () => {
    const errors = [...failing('too-many-requests', 20), ...failing('timeout', 1, 3_600)];
    const { waits, result } = await attempt(errors, Number.POSITIVE_INFINITY);
    assert.deepEqual([waits.length, waits.at(-1), result], [21, 600_000, 'done']);
  });

  it('waits a little after a server that asks for no pause', async () => {
    assert.deepEqual((await attempt(failing('unavailable', 1, 0))).waits, [50]);
  });

  it('is not done when it cannot help', async () => {
    for (const code of ['forbidden', 'unauthenticated', 'invalid', 'internal'] as ErrorCode[]) {
      assert.deepEqual(await attempt(failing(code, 1)), { waits: [], result: code });
    }
  });

  it('stops when the signal is aborted', async () => {
    const settings = { sleep: async () => undefined, random: () => 1, notify: () => undefined };
    await assert.rejects(
      retry(settings, AbortSignal.abort(), () => Promise.reject(new Error('never seen'))),
      { name: 'AbortError' },
    );
  });
});
