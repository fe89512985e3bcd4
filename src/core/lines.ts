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
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline);
    if (end < 0) {
      rest.push(chunk);
      restBytes += chunk.length;
      if (restBytes > maxBytes) throw tooLong(maxBytes);
      continue;
    }
    const whole = Buffer.concat([...rest, chunk.subarray(0, end)]);
    const lines = yield* linesOf(whole);
    if (lines[0] !== undefined && lines[0].length > maxBytes) throw tooLong(maxBytes);
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
    restBytes = chunk.length - end - 1;
    yield lines;
  }
  if (restBytes > 0) yield [decodeUtf8(Buffer.concat(rest))];
}

/** The lines of a text; where it is not UTF-8, throws after it gave those before. */
function* linesOf(bytes: Uint8Array): Generator<string[], string[]> {
  try {
    return decodeUtf8(bytes).split('\n');
  } catch (error) {
    const [sound = ''] = new TextDecoder().decode(bytes).split('\ufffd', 1);
    yield sound.split('\n').slice(0, -1);
    throw error;
  }
}

function tooLong(maxBytes: number): AnnalsError {
  return new AnnalsError('too-large', `Cannot read a line of more than ${maxBytes} bytes`);
}
