import type { Position } from '../../core/cursor.ts';
import { releaseBuffer } from '../../runtime/release-buffer.ts';
import type { Lines } from '../../store/event-store.ts';

/** Reads lines after a position, about `maxBytes` of them; undefined when there are none. */
export type ReadLines = (
  after: Position | undefined,
  maxBytes: number,
) => Promise<Lines | undefined>;

const minChunkBytes = 128 * 1024;
const maxChunkBytes = 512 * 1024;
/**
 * A chunk is at most this share of what was sent before it. The buffers of a connection take megabytes even for a client
 * that reads nothing, and little of that should wait for it in the end.
 */
const maxShareOfSent = 1 / 40;
/** Chunks grow and are read ahead for a client that takes each within this time. */
const quickMillis = 100;
/** A client that has not taken a chunk within this time is slow; a shorter delay may be the machine's. */
const slowMillis = 1_000;

/**
 * Lines from a position to the end, in chunks that suit the client. For a client that reads quickly they grow, because
 * larger ones cost less for each event, and the next one is read meanwhile. A slow client costs one small chunk: nothing
 * is read ahead for it, and what was read ahead is released and read again later.
 */
export async function* readAdaptively(
  read: ReadLines,
  from: Position | undefined,
): AsyncGenerator<Lines> {
  let sentBytes = 0;
  let isQuick = false;
  let position = from;
  let ahead: Promise<Lines | undefined> | undefined;
  let slow: NodeJS.Timeout | undefined;
  const readNext = () =>
    read(position, Math.min(Math.max(minChunkBytes, sentBytes * maxShareOfSent), maxChunkBytes));
  const releaseAhead = () => {
    ahead?.then((lines) => lines && releaseBuffer(lines.bytes)).catch(() => {});
    ahead = undefined;
  };
  try {
    for (let more = true; more; ) {
      const lines = await (ahead ?? readNext());
      ahead = undefined;
      if (lines === undefined) return;
      ({ last: position, more } = lines);
      if (more && isQuick) {
        ahead = readNext();
        // If it fails, the next turn throws; without a next turn nobody needs to know.
        ahead.catch(() => {});
      }
      const { length } = lines.bytes;
      const begin = performance.now();
      let isSlow = false;
      slow = setTimeout(() => {
        isSlow = true;
        releaseAhead();
      }, slowMillis);
      yield lines;
      clearTimeout(slow);
      isQuick = !isSlow && performance.now() - begin < quickMillis;
      if (isSlow) sentBytes = 0;
      else if (isQuick) sentBytes += length;
    }
  } finally {
    clearTimeout(slow);
    releaseAhead();
  }
}
