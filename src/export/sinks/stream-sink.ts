import type { Writable } from 'node:stream';
import { AnnalsError } from '../../core/errors.ts';
import type { AppendFile } from '../../runtime/write-file-atomically.ts';
import { systemErrorCode } from '../disk.ts';
import type { ExportLimits } from '../limits.ts';
import type { Entry, FileFacts, Format, OutputFile, Sink } from '../stages.ts';
import { BlockWriter, type Compression } from './block-writer.ts';

/** Writes an export to a stream, such as stdout: only data, as fast as the stream accepts it. */
export function streamSink(
  stream: Writable,
  output: OutputFile,
  format: Format,
  compress: Compression | undefined,
  { blockBytes }: ExportLimits,
): Sink {
  const writer = BlockWriter.forStream(streamFile(stream), blockBytes, compress);
  let count = 0;
  writer.add(format.begin(output));
  return {
    async write(entries: readonly Entry[]): Promise<void> {
      for (const entry of entries) {
        const full = writer.add(...format.entry(entry, count));
        count += 1;
        if (full) await writer.closeBlock();
      }
    },
    async finish(): Promise<readonly FileFacts[]> {
      writer.add(format.end(output, count));
      return [{ name: output.name, entries: count, ...(await writer.finish()) }];
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
    const reason =
      systemErrorCode(failure) === 'EPIPE' ? 'its reader has closed it' : String(failure);
    throw new AnnalsError('conflict', `Cannot write the output: ${reason}`, { cause: failure });
  };
  return {
    async write(bytes) {
      check();
      const { promise, resolve } = Promise.withResolvers<void>();
      // A stream that is closed may never call back for what was written to it. Its error is checked afterwards.
      stream.once('close', resolve);
      // A copy: the stream may use the memory after it has called back.
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
