import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { chunksOf } from './streaming.ts';

/** What the HTTP server hands in beside a request. */
interface Bindings {
  readonly outgoing: ServerResponse;
}

/** How long a client may take nothing of its answer before its connection is ended, in milliseconds. */
const defaultIdleMillis = 10 * 60 * 1_000;

/**
 * The same application, except that bodies which come in pieces are written to the connection as they are. That is
 * cheaper than through a web stream, and tells when a piece has left, so that its memory can be used again.
 */
export function sendChunksDirectly<B extends Bindings>(
  handler: (request: Request, bindings: B) => Response | Promise<Response>,
  idleMillis = defaultIdleMillis,
): (request: Request, bindings: B) => Promise<Response> {
  return async (request, bindings) => {
    const response = await handler(request, bindings);
    const pieces = chunksOf(response.body);
    if (pieces === undefined) return response;
    // Anything that it takes, however little, begins the time anew.
    bindings.outgoing.setTimeout(idleMillis);
    await sendChunks(response, pieces, bindings.outgoing);
    return RESPONSE_ALREADY_SENT;
  };
}

/** Asks for the next piece once the one before has left. A client that goes away ends the reading. */
async function sendChunks(
  { status, headers }: Response,
  chunks: AsyncIterable<Uint8Array>,
  outgoing: ServerResponse,
): Promise<void> {
  outgoing.writeHead(status, Object.fromEntries(headers));
  outgoing.flushHeaders();
  try {
    for await (const piece of chunks) {
      if (!(await writeChunk(outgoing, piece))) return;
    }
  } catch {
    // The connection is broken, which is all that can be told to the client; the operator was told before.
    return;
  }
  outgoing.end();
}

/** Resolves once the piece is on its way and its memory is free; false when nobody takes it any more. */
function writeChunk(outgoing: ServerResponse, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const closed = () => resolve(false);
    outgoing.once('close', closed);
    outgoing.write(chunk, (error) => {
      outgoing.off('close', closed);
      resolve(error === null || error === undefined);
    });
  });
}
