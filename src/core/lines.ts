import { AnnalsError } from './errors.ts';
import { decodeUtf8 } from './json.ts';

const newline = 0x0a;

/**
 * Cuts bytes into lines as they arrive, in batches; the newline is dropped, and a last line without one counts. Throws
 * `too-large` on a line longer than `maxBytes`, `invalid` on bytes that are not UTF-8.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  { maxBytes = 16 * 1024 * 1024 }: { maxBytes?: number } = {},
): AsyncGenerator<string[]> {
  // The line under way, copied: whoever reads may fill the same chunk again.
  let begun: Uint8Array[] = [];
  let bytes = 0;
  const grow = (part: Uint8Array) => {
    bytes += part.length;
    if (bytes > maxBytes) throw tooLong(maxBytes);
    begun.push(new Uint8Array(part));
  };
  for await (const chunk of chunks) {
    const first = chunk.indexOf(newline);
    if (first < 0) {
      grow(chunk);
      continue;
    }
    grow(chunk.subarray(0, first));
    const lines = [decodeUtf8(Buffer.concat(begun))];
    begun = [];
    bytes = 0;
    const last = chunk.lastIndexOf(newline);
    if (last > first) lines.push(...decodeUtf8(chunk.subarray(first + 1, last)).split('\n'));
    if (last + 1 < chunk.length) grow(chunk.subarray(last + 1));
    yield lines;
  }
  if (bytes > 0) yield [decodeUtf8(Buffer.concat(begun))];
}

function tooLong(maxBytes: number): AnnalsError {
  return new AnnalsError('too-large', `Cannot read a line of more than ${maxBytes} bytes`);
}
