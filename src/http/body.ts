import { AnnalsError } from '../core/errors.ts';

/**
 * Reads a request's body, at most `maxBytes` of it. Throws `too-large` as soon as it is sure to be more, from the
 * announced length or while reading, `unsupported-media` for an encoded one, and `invalid` when it ends too early.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw new AnnalsError(
      'unsupported-media',
      `Cannot read a body in the encoding ${encoding}: send it plain`,
    );
  }
  const announced = request.headers.get('content-length');
  if (announced !== null) {
    if (Number(announced) > maxBytes) throw tooLarge(maxBytes);
    // HTTP itself holds the sender to it; read in one piece, a small body costs half as much as in a stream.
    return new Uint8Array(await request.arrayBuffer().catch(throwTruncated));
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AnnalsError) throw error;
    throwTruncated(error);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Whoever sent it is gone or sends nonsense; there is nobody to be told, and nothing is wrong here. */
function throwTruncated(cause: unknown): never {
  throw new AnnalsError('invalid', 'Cannot read the body: it ended before it was complete', {
    cause,
  });
}

function tooLarge(maxBytes: number): AnnalsError {
  return new AnnalsError('too-large', `Cannot read the body: it has more than ${maxBytes} bytes`);
}
