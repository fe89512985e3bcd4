import { AnnalsError } from './errors.ts';

/**
 * Decodes UTF-8 as it arrives. Throws `corrupt` on bytes that are none, after it gave the text that stands before
 * them in the same piece.
 */
export async function* decodeUtf8Chunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of chunks) {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch (cause) {
      yield new TextDecoder().decode(chunk).split('\ufffd', 1)[0] ?? '';
      throw notUtf8(cause);
    }
    yield text;
  }
  try {
    decoder.decode();
  } catch (cause) {
    throw notUtf8(cause);
  }
}

function notUtf8(cause: unknown): AnnalsError {
  return new AnnalsError('corrupt', 'Cannot read the text: it is not valid UTF-8', { cause });
}
