import type { Writable } from 'node:stream';
import { AnnalsError } from '../../core/errors.ts';
import { type AppendFile, codeOf } from '../disk.ts';
import type { Limits } from '../limits.ts';
import type { Entry, FileFacts, Format, Part, Sink } from '../stages.ts';
import { BlockMemory, BlockWriter, type Compression } from './blocks.ts';

/** Writes an export to a stream, such as stdout: nothing but data, as fast as it is taken. */
export function streamSink(
  stream: Writable,
  part: Part,
  format: Format,
  compress: Compression | undefined,
  { blockBytes }: Limits,
): Sink {
  const writer = BlockWriter.over(streamFile(stream), new BlockMemory(blockBytes), compress);
  let count = 0;
  writer.add(format.begin(part));
  return {
    async write(entries: readonly Entry[]): Promise<void> {
      for (const entry of entries) {
        const full = writer.add(...format.entry(entry, count));
        count += 1;
        if (full) await writer.closeBlock();
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
      const { promise, resolve } = Promise.withResolvers<void>();
      // A stream that is closed may say no more of what was written to it; its error is looked at afterwards.
      stream.once('close', resolve);
      // It may also keep what it is given for longer than it takes to write it.
      stream.write(Buffer.from(bytes), () => resolve());
      await promise;
      stream.off('close', resolve);
      check();
    },
    async sync() {
      check();
    },
    async close() {},
  };
}
