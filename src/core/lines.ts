import { AnnalsError } from './errors.ts';
import { decodeUtf8 } from './utf8.ts';

const newline = 0x0a;

export interface LineOptions {
  readonly maxBytes?: number;
  /** Whether the sender ends every line, so that a last one without a newline was cut. */
  readonly allEnded?: boolean;
}

/**
 * Splits bytes into lines as they arrive, in batches, without their newlines. Throws `too-large` on a line longer than
 * `maxBytes`, `invalid` on bytes that are not UTF-8, `incomplete` on a last line that was cut. A last line without a
 * newline is a line unless all have to be ended.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  { maxBytes = 16 * 1024 * 1024, allEnded = false }: LineOptions = {},
): AsyncGenerator<string[]> {
  // The line so far. It is copied, because the reader of a file may fill the same chunk again.
  let begun: Uint8Array[] = [];
  let bytes = 0;
  const grow = (more: Uint8Array) => {
    bytes += more.length;
    if (bytes > maxBytes) throw tooLong(maxBytes);
    begun.push(new Uint8Array(more));
  };
  for await (const chunk of chunks) {
    const first = chunk.indexOf(newline);
    if (first < 0) {
      grow(chunk);
      continue;
    }
    grow(chunk.subarray(0, first));
    const last = chunk.lastIndexOf(newline);
    const lines: string[] = [];
    try {
      addLines(Buffer.concat(begun), lines);
      if (last > first) addLines(chunk.subarray(first + 1, last), lines);
    } catch (error) {
      // The lines before bytes that are not UTF-8 are whole.
      if (lines.length > 0) yield lines;
      throw error;
    }
    begun = [];
    bytes = 0;
    if (last + 1 < chunk.length) grow(chunk.subarray(last + 1));
    yield lines;
  }
  if (bytes > 0 && allEnded) throw new AnnalsError('incomplete', 'The last line was cut');
  if (bytes > 0) yield [decodeUtf8(Buffer.concat(begun))];
}

/** Adds the lines of a text. When bytes are not UTF-8, adds the lines before them, and then throws. */
function addLines(bytes: Uint8Array, lines: string[]): void {
  try {
    for (const line of decodeUtf8(bytes).split('\n')) lines.push(line);
  } catch (error) {
    const [valid = ''] = new TextDecoder().decode(bytes).split('\ufffd', 1);
    lines.push(...valid.split('\n').slice(0, -1));
    throw error;
  }
}

function tooLong(maxBytes: number): AnnalsError {
  return new AnnalsError('too-large', `Cannot read a line of more than ${maxBytes} bytes`);
}
