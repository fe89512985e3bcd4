import { AnnalsError } from '../core/errors.ts';

/**
 * Reads a request's body, at most `maxBytes` of it. Throws `too-large` as soon as it is sure to be more, from the
 * announced length or while reading, and `unsupported-media` for an encoded one.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
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
    return new Uint8Array(await request.arrayBuffer());
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): AnnalsError {
  return new AnnalsError('too-large', `Cannot read the body: it has more than ${maxBytes} bytes`);
}
