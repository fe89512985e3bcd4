import { checkKeyAgain } from '../access/gate.ts';
import { AnnalsError } from '../core/errors.ts';
import { holdBytes } from './request-budget.ts';

/**
 * Reads the body of a request, at most `maxBytes` of it. Throws `too-large` as soon as the announced length or what was
 * read is more, `too-many-requests` before it is read when there is no room for it, `unsupported-media` for an encoded
 * body, `invalid` for one that ends too early, and `unauthenticated` when the key of the request is not valid any more.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBytes(request, maxBytes);
  // A body takes as long as its sender likes. The key may have been revoked meanwhile.
  checkKeyAgain(request);
  return bytes;
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
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
    holdBytes(request, Number(announced));
    // HTTP itself enforces this length. A small body read at once costs half as much as one read as a stream.
    return new Uint8Array(await request.arrayBuffer().catch(throwTruncated));
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      holdBytes(request, chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AnnalsError) throw error;
    throwTruncated(error);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** The sender disconnected or sends nonsense: not a fault of the server, and nobody waits for the response. */
function throwTruncated(cause: unknown): never {
  throw new AnnalsError('invalid', 'Cannot read the body: it ended before it was complete', {
    cause,
  });
}

function tooLarge(maxBytes: number): AnnalsError {
  return new AnnalsError('too-large', `Cannot read the body: it has more than ${maxBytes} bytes`);
}
