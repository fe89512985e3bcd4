import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { AnnalsError } from '../../core/errors.ts';
import { type AppendFile, codeOf } from '../disk.ts';
import type { Limits } from '../limits.ts';
import type { Entry, FileFacts, Format, Part, Sink } from '../stages.ts';
import { BlockWriter, type Compression } from './blocks.ts';

/** Writes an export to a stream, such as stdout: nothing but data, as fast as it is taken. */
export function streamSink(
  stream: Writable,
  part: Part,
  format: Format,
  compress: Compression | undefined,
  { blockLength }: Limits,
): Sink {
  const writer = BlockWriter.over(streamFile(stream), compress);
  let count = 0;
  writer.add(format.begin(part));
  return {
    async write(entries: readonly Entry[]): Promise<void> {
      for (const entry of entries) {
        const length = writer.add(format.entry(entry, count));
        if (length >= blockLength) await writer.closeBlock();
        count += 1;
      }
    },
    async finish(): Promise<readonly FileFacts[]> {
      writer.add(format.end(part, count));
      return [{ name: part.name, entries: count, ...(await writer.finish()) }];
    },
    abandon: () => writer.abandon(),
  };
}

function streamFile(stream: Writable): AppendFile {
  let failure: unknown;
  stream.on('error', (error) => {
    failure = error;
  });
  const check = () => {
    if (failure === undefined) return;
    const reason = codeOf(failure) === 'EPIPE' ? 'nobody reads it any more' : String(failure);
    throw new AnnalsError('conflict', `Cannot write the output: ${reason}`, { cause: failure });
  };
  return {
    async write(bytes) {
      check();
      if (!stream.write(bytes)) {
        // A closed stream drains no more; its error is looked at afterwards.
        await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined);
      }
      check();
    },
    async sync() {
      check();
    },
    async close() {},
  };
}
