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

/** Takes chunks without waiting, as many bytes as given, and releases each. */
async function take(chunks: AsyncGenerator<Lines>, bytes: number): Promise<number[]> {
  const sizes: number[] = [];
  for (let taken = 0; taken < bytes; taken += sizes.at(-1)!) {
    const { value, done } = await chunks.next();
    if (done) break;
    sizes.push(value.bytes.length);
    value.bytes.buffer.transfer(0);
  }
  return sizes;
}

/** Stops the clock; the function that it returns lets a client keep a chunk for long. */
function mockedTime(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(performance, 'now', () => 0);
  return async () => {
    t.mock.timers.tick(1_001);
    await settled();
  };
}

describe('lines read at a client’s pace', () => {
  it('are complete, in chunks that grow with what was sent', async (t) => {
    mockedTime(t);
    const chunks = readAdaptively(log(64 * 1024).read, undefined);
    const sizes = await take(chunks, 64 * megabyte);
    assert.equal(
      sizes.reduce((sum, size) => sum + size),
      64 * megabyte,
    );
    let taken = 0;
    for (const size of sizes) {
      assert.ok(size <= Math.max(128 * kilobyte, taken / 40), `${size} after ${taken}`);
      taken += size;
    }
    assert.ok(sizes.length < 64 * 3, `${sizes.length} chunks`);
    assert.equal(Math.max(...sizes), 512 * kilobyte);
  });

  it('begin after the given position, and may be none', async () => {
    const { read } = log(10);
    assert.deepEqual(await take(readAdaptively(read, { createdAt: 0, sequence: 6 }), 1), [
      3 * kilobyte,
    ]);
    assert.deepEqual(await take(readAdaptively(read, { createdAt: 0, sequence: 9 }), 1), []);
  });

  it('are read while the chunk before is being sent', async (t) => {
    mockedTime(t);
    const source = log(64 * 1024);
    const chunks = readAdaptively(source.read, undefined);
    await take(chunks, megabyte);
    const reads = source.reads();
    await chunks.next();
    await settled();
    assert.equal(source.reads(), reads + 1);
  });

  it('are one small chunk at a time for a client that is slow from the beginning', async (t) => {
    const wait = mockedTime(t);
    const source = log(64 * 1024);
    const chunks = readAdaptively(source.read, undefined);
    for (let nth = 0; nth < 5; nth += 1) {
      const { value } = await chunks.next();
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

  it('are released as far as they were read ahead when the client becomes slow', async (t) => {
    const wait = mockedTime(t);
    const source = log(64 * 1024);
    const chunks = readAdaptively(source.read, undefined);
    // More than the buffers of a connection take for a client that reads nothing.
    await take(chunks, 6 * megabyte);
    const { value } = await chunks.next();
    await settled();
    assert.ok(source.held() > value.bytes.length);
    await wait();
    assert.equal(source.held(), value.bytes.length);
    assert.ok(source.held() < 300 * kilobyte);
    const next = await chunks.next();
    assert.equal(next.value.bytes.length, 128 * kilobyte);
    assert.equal(next.value.last.sequence, value.last.sequence + 128);
  });

  it('are released when the reader is closed', async (t) => {
    mockedTime(t);
    const source = log(64 * 1024);
    const chunks = readAdaptively(source.read, undefined);
    await take(chunks, megabyte);
    await chunks.next();
    await settled();
    const { bytes } = (await source.read(undefined, kilobyte)) ?? assert.fail();
    assert.ok(source.held() > bytes.length + 128 * kilobyte);
    await chunks.return(undefined);
    await settled();
    assert.equal(source.held(), bytes.length + 128 * kilobyte);
  });

  it('fail where reading fails, also when they were read ahead', async (t) => {
    mockedTime(t);
    const { read } = log(64 * 1024);
    let reads = 0;
    const chunks = readAdaptively((...query) => {
      reads += 1;
      return reads === 4 ? Promise.reject(new Error('the disk is gone')) : read(...query);
    }, undefined);
    await take(chunks, 3 * 128 * kilobyte);
    await assert.rejects(chunks.next(), /the disk is gone/);
  });
});
