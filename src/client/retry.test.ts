import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnnalsError, type ErrorCode } from '../core/errors.ts';
import { parseInstant } from '../core/micros.ts';
import { retry } from './retry.ts';
import { parseRetryAfter } from './status.ts';

const signal = new AbortController().signal;

/** Tries something that fails so often with these errors; gives how long was waited and what came out. */
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

describe('trying again', () => {
  it('waits twice as long after each failure in a row, up to half a minute', async () => {
    assert.deepEqual(await attempt(failing('unavailable', 8)), {
      waits: [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
      result: 'done',
    });
  });

  it('ends after so many failures', async () => {
    assert.equal((await attempt(failing('timeout', 9))).result, 'timeout');
    assert.deepEqual(await attempt(failing('timeout', 1), 0), { waits: [], result: 'timeout' });
  });

  it('waits as long as it was asked to, unless that is for another day', async () => {
    const asked = await attempt(failing('too-many-requests', 1, 90));
    assert.deepEqual(asked, { waits: [90_000], result: 'done' });
    const later = await attempt(failing('too-many-requests', 1, 3_600));
    assert.deepEqual(later, { waits: [], result: 'too-many-requests' });
  });

  it('is not done where it cannot help', async () => {
    for (const code of ['forbidden', 'unauthenticated', 'invalid', 'internal'] as ErrorCode[]) {
      assert.deepEqual(await attempt(failing(code, 1)), { waits: [], result: code });
    }
  });

  it('stops when it is told to', async () => {
    const settings = { sleep: async () => undefined, random: () => 1, notify: () => undefined };
    await assert.rejects(
      retry(settings, AbortSignal.abort(), () => Promise.reject(new Error('never seen'))),
      { name: 'AbortError' },
    );
  });
});

describe('Retry-After', () => {
  const clock = () => parseInstant('2026-06-20T08:00:00Z') as number;

  it('is seconds or a date', () => {
    assert.equal(parseRetryAfter('120', clock), 120);
    assert.equal(parseRetryAfter('Sat, 20 Jun 2026 08:00:30 GMT', clock), 30);
    assert.equal(parseRetryAfter('Sat, 20 Jun 2026 07:00:00 GMT', clock), 0);
  });

  it('is nothing otherwise', () => {
    for (const text of [null, '', 'soon', '-1']) {
      assert.equal(parseRetryAfter(text, clock), undefined, String(text));
    }
  });
});
