import { setTimeout as sleep } from 'node:timers/promises';
import type { Filter } from '../../core/filter.ts';
import { decodableEvent } from '../../dialects/thalassa/decodable.ts';
import type { EventReader, Range, StoredEvent } from '../../store/event-store.ts';
import type { EndReason, OpenStream } from './open-streams.ts';

export interface EventStreamOptions {
  readonly organisation: string;
  readonly filter: Filter;
  /** The first sequence. */
  readonly from: number;
  /** A client hears something at least this often. */
  readonly heartbeatMillis: number;
  /** New events are read at most this often: many small commits become one read. */
  readonly pauseMillis: number;
}

/** How long a client waits before it connects again. */
const retryMillis = 3_000;
/** Sequences that are looked at in one read, in the beginning and at most: more while nothing matches. */
const fewestSequences = 256;
const mostSequences = 256 * 1_024;
const chunkCharacters = 64 * 1_024;

const endMessages: Readonly<Record<Exclude<EndReason, 'disconnected'>, string>> = {
  credential: 'The key was revoked or has expired, or the session has ended',
  stopping: 'The server stops',
};

/**
 * The matching events of a log from a sequence on, for as long as the client likes, as server-sent events. Order is that
 * of sequences, and each event's id is its sequence, so a client that comes back with the last id misses nothing and gets
 * nothing twice. Nothing is read before the client has taken what was read before, so a slow client costs one small read.
 * Returns when the stream has to end, and throws where reading fails.
 */
export async function* eventStream(
  reader: EventReader,
  stream: OpenStream,
  options: EventStreamOptions,
): AsyncGenerator<Buffer> {
  const { organisation, filter, from, heartbeatMillis, pauseMillis } = options;
  /** Everything before it was looked at. The client knows it up to `known`, by the ids that it got. */
  let next = from;
  let known = from;
  let sequences = fewestSequences;
  let lastSent = performance.now();
  const bell = new Bell();
  // Before the first look at the log, so that no append is missed between the two.
  const unwatch = reader.watch(organisation, () => bell.ring());
  stream.signal.addEventListener('abort', () => bell.ring(), { once: true });
  try {
    yield Buffer.from(`retry: ${retryMillis}\n\n`);
    while (stream.endReason === undefined) {
      const silent = performance.now() - lastSent;
      if (silent >= heartbeatMillis) {
        yield Buffer.from(`: heartbeat\n${next > known ? `id: ${next - 1}\n` : ''}\n`);
        known = next;
        lastSent = performance.now();
        continue;
      }
      const { size } = await reader.head(organisation);
      if (next >= size) {
        await bell.wait(heartbeatMillis - silent);
        continue;
      }
      const to = Math.min(next + sequences, size);
      const events = await readSome(reader, organisation, { from: next, to }, filter);
      // Read after the events, so that it includes everything that may be missing among them.
      const { before = 0 } = (await reader.dropped(organisation)) ?? {};
      const missing = next < before ? droppedFrame(next, before) : '';
      // What matches behind the last of these events is found by the next read.
      const last = events.at(-1)?.sequence;
      next = Math.max(last === undefined ? to : last + 1, before);
      sequences = last === undefined ? Math.min(sequences * 4, mostSequences) : fewestSequences;
      for (const chunk of framesOf(missing, events)) {
        // The key may have been revoked while the events were read, or while the client took the chunk before.
        if (stream.endReason !== undefined) break;
        yield chunk;
        lastSent = performance.now();
        known = next;
      }
      if (next >= size) await pause(pauseMillis, stream.signal);
    }
    const reason = stream.endReason;
    if (reason === 'disconnected') return;
    const data = JSON.stringify({ reason, message: endMessages[reason] });
    yield Buffer.from(`event: end\ndata: ${data}\n\n`);
  } finally {
    unwatch();
  }
}

/** The first matching events of a range: a page of a scan, of which the rest is not read. */
async function readSome(
  reader: EventReader,
  organisation: string,
  range: Range,
  filter: Filter,
): Promise<readonly StoredEvent[]> {
  for await (const events of reader.scan(organisation, range, filter)) return events;
  return [];
}

/** In chunks that are not much larger than a usual event, or than `chunkCharacters`. */
function* framesOf(missing: string, events: readonly StoredEvent[]): Generator<Buffer> {
  let text = missing;
  for (const { sequence, body } of events) {
    // JSON writes a line break as `\n`, so a body is one line.
    text += `id: ${sequence}\nevent: audit\ndata: ${decodableEvent(body)}\n\n`;
    if (text.length < chunkCharacters) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

/** Says which sequences the log does not have any more, instead of leaving a gap. */
function droppedFrame(from: number, before: number): string {
  return `id: ${before - 1}\nevent: dropped\ndata: ${JSON.stringify({ from, keptFrom: before })}\n\n`;
}

/** Something to wait for: until it rings, or for so long. A ring before the wait counts. */
class Bell {
  #hasRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  async wait(millis: number): Promise<void> {
    if (!this.#hasRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, millis);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#hasRung = false;
    this.#wake = undefined;
  }
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  // It rejects when the stream ends, which is what its loop looks at next.
  await sleep(millis, undefined, { signal }).catch(() => {});
}
