import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Lines } from '../../store/event-store.ts';
import { readAdaptively } from './adaptive-reader.ts';

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;

/** A log of events of a kilobyte each, and what was read of it and not given back. */
function log(events: number) {
  const out: Lines[] = [];
  let reads = 0;
  return {
    async read(after: { readonly sequence: number } | undefined, maxBytes: number) {
      reads += 1;
      const from = after === undefined ? 0 : after.sequence + 1;
      const count = Math.min(Math.floor(maxBytes / kilobyte), events - from);
      if (count <= 0) return undefined;
      const last = { createdAt: 0, sequence: from + count - 1 };
      const bytes = new Uint8Array(count * kilobyte);
      const lines = { events: count, bytes, last, more: from + count < events };
      out.push(lines);
      return lines;
    },
    reads: () => reads,
    /** Bytes that somebody holds. */
    held: () => out.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}

/** Everything that waits for nothing but itself is done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Takes pieces at once, as much as asked for, and gives each back. */
async function take(pieces: AsyncGenerator<Lines>, bytes: number): Promise<number[]> {
  const sizes: number[] = [];
  for (let taken = 0; taken < bytes; taken += sizes.at(-1)!) {
    const { value, done } = await pieces.next();
    if (done) break;
    sizes.push(value.bytes.length);
    value.bytes.buffer.transfer(0);
  }
  return sizes;
}

/** Stops the clock; what it gives lets a client keep a piece for long. */
function mockedTime(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(performance, 'now', () => 0);
  return async () => {
    t.mock.timers.tick(1_001);
    await settled();
  };
}

describe('lines read at a client’s pace', () => {
  it('are whole, in pieces that grow with what was taken', async (t) => {
    mockedTime(t);
    const pieces = readAdaptively(log(64 * 1024).read, undefined);
    const sizes = await take(pieces, 64 * megabyte);
    assert.equal(
      sizes.reduce((sum, size) => sum + size),
      64 * megabyte,
    );
    let taken = 0;
    for (const size of sizes) {
      assert.ok(size <= Math.max(128 * kilobyte, taken / 40), `${size} after ${taken}`);
      taken += size;
    }
    assert.ok(sizes.length < 64 * 3, `${sizes.length} pieces`);
    assert.equal(Math.max(...sizes), 512 * kilobyte);
  });

  it('begin where they are asked to, and may be none', async () => {
    const { read } = log(10);
    assert.deepEqual(await take(readAdaptively(read, { createdAt: 0, sequence: 6 }), 1), [
      3 * kilobyte,
    ]);
    assert.deepEqual(await take(readAdaptively(read, { createdAt: 0, sequence: 9 }), 1), []);
  });

  it('are read while the piece before is being taken', async (t) => {
    mockedTime(t);
    const source = log(64 * 1024);
    const pieces = readAdaptively(source.read, undefined);
    await take(pieces, megabyte);
    const reads = source.reads();
    await pieces.next();
    await settled();
    assert.equal(source.reads(), reads + 1);
  });

  it('are one small piece at a time for a client that is slow from the first on', async (t) => {
    const wait = mockedTime(t);
    const source = log(64 * 1024);
    const pieces = readAdaptively(source.read, undefined);
    for (let nth = 0; nth < 5; nth += 1) {
      const { value } = await pieces.next();
      await wait();
      assert.equal(source.held(), 128 * kilobyte);
      value.bytes.buffer.transfer(0);
    }
    assert.equal(source.reads(), 5);
  });

  it('neither grow nor are read ahead for a client that is not quick', async (t) => {
    let now = 0;
    t.mock.method(performance, 'now', () => {
      now += 150;
      return now;
    });
    const source = log(64 * 1024);
    const sizes = await take(readAdaptively(source.read, undefined), 16 * megabyte);
    assert.equal(Math.max(...sizes), 128 * kilobyte);
    assert.equal(source.reads(), sizes.length);
  });

  it('are given back as far as they were read ahead when the client becomes slow', async (t) => {
    const wait = mockedTime(t);
    const source = log(64 * 1024);
    const pieces = readAdaptively(source.read, undefined);
    // More than the buffers of a connection take for a client that reads nothing.
    await take(pieces, 6 * megabyte);
    const { value } = await pieces.next();
    await settled();
    assert.ok(source.held() > value.bytes.length);
    await wait();
    assert.equal(source.held(), value.bytes.length);
    assert.ok(source.held() < 300 * kilobyte);
    const next = await pieces.next();
    assert.equal(next.value.bytes.length, 128 * kilobyte);
    assert.equal(next.value.last.sequence, value.last.sequence + 128);
  });

  it('are given back when they are wanted no more', async (t) => {
    mockedTime(t);
    const source = log(64 * 1024);
    const pieces = readAdaptively(source.read, undefined);
    await take(pieces, megabyte);
    await pieces.next();
    await settled();
    const { bytes } = (await source.read(undefined, kilobyte)) ?? assert.fail();
    assert.ok(source.held() > bytes.length + 128 * kilobyte);
    await pieces.return(undefined);
    await settled();
    assert.equal(source.held(), bytes.length + 128 * kilobyte);
  });

  it('fail where reading fails, also when they were read ahead', async (t) => {
    mockedTime(t);
    const { read } = log(64 * 1024);
    let reads = 0;
    const pieces = readAdaptively((...question) => {
      reads += 1;
      return reads === 4 ? Promise.reject(new Error('the disk is gone')) : read(...question);
    }, undefined);
    await take(pieces, 3 * 128 * kilobyte);
    await assert.rejects(pieces.next(), /the disk is gone/);
  });
});
