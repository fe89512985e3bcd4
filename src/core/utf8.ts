import { isUtf8 } from 'node:buffer';
import { AnnalsError, type ErrorCode } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Throws `invalid` on bytes that are not UTF-8. */
export function checkUtf8(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw notUtf8('invalid');
}

/** Decodes UTF-8 without replacing anything. Throws `invalid` on bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw notUtf8('invalid', cause);
  }
}

/** Decodes UTF-8 as it arrives. Yields the text before bytes that are not UTF-8, and then throws `corrupt`. */
export async function* decodeUtf8Chunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of chunks) {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch (cause) {
      yield new TextDecoder().decode(chunk).split('\ufffd', 1)[0] ?? '';
      throw notUtf8('corrupt', cause);
    }
    yield text;
  }
  try {
    decoder.decode();
  } catch (cause) {
    throw notUtf8('corrupt', cause);
  }
}

function notUtf8(code: ErrorCode, cause?: unknown): AnnalsError {
  return new AnnalsError(code, 'Cannot read the text: it is not valid UTF-8', { cause });
}
