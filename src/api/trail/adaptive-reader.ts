import type { Position } from '../../core/cursor.ts';
import { releaseBuffer } from '../../runtime/release-buffer.ts';
import type { Lines } from '../../store/event-store.ts';

/** Reads lines behind a place, about so many bytes of them; undefined when there are none. */
export type ReadLines = (
  after: Position | undefined,
  maxBytes: number,
) => Promise<Lines | undefined>;

const minChunkBytes = 128 * 1024;
const maxChunkBytes = 512 * 1024;
/**
 * A piece is at most this part of what was taken before it: the buffers of a connection take megabytes also for a client
 * that reads nothing, and what it leaves lying in the end shall be small.
 */
const maxShareOfSent = 1 / 40;
/** Pieces grow and are read ahead for a client that takes each within so many milliseconds. */
const quickMillis = 100;
/** One that has not taken a piece after so many is slow, not only on a busy machine. */
const slowMillis = 1_000;

/**
 * Lines from a place to the end, in pieces that suit the client. For one that takes them as they come they grow, because
 * larger ones cost less for each event, and the next is read meanwhile. One that is slow costs one small piece: nothing is
 * read ahead for it, and what was is given back and read again when its turn comes.
 */
export async function* readAdaptively(
  read: ReadLines,
  from: Position | undefined,
): AsyncGenerator<Lines> {
  let taken = 0;
  let isQuick = false;
  let place = from;
  let ahead: Promise<Lines | undefined> | undefined;
  let slow: NodeJS.Timeout | undefined;
  const readOn = () =>
    read(place, Math.min(Math.max(minChunkBytes, taken * maxShareOfSent), maxChunkBytes));
  const giveBack = () => {
    ahead?.then((lines) => lines && releaseBuffer(lines.bytes)).catch(() => {});
    ahead = undefined;
  };
  try {
    for (let more = true; more; ) {
      const lines = await (ahead ?? readOn());
      ahead = undefined;
      if (lines === undefined) return;
      ({ last: place, more } = lines);
      if (more && isQuick) {
        ahead = readOn();
        // Its failure is told to whoever asks for it, and perhaps nobody will.
        ahead.catch(() => {});
      }
      const { length } = lines.bytes;
      const began = performance.now();
      let isSlow = false;
      slow = setTimeout(() => {
        isSlow = true;
        giveBack();
      }, slowMillis);
      yield lines;
      clearTimeout(slow);
      isQuick = !isSlow && performance.now() - began < quickMillis;
      if (isSlow) taken = 0;
      else if (isQuick) taken += length;
    }
  } finally {
    clearTimeout(slow);
    giveBack();
  }
}
