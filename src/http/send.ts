import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { bytesOf, chunksOf } from './streaming.ts';

const defaultIdleMillis = 10 * 60 * 1_000;
const defaultMaxMillis = 24 * 60 * 60 * 1_000;

export interface SendOptions {
  /** A client that reads nothing of its response for so long is disconnected; ten minutes by default. */
  readonly idleMillis?: number;
  /** A client that has not read the whole of its response within this time is disconnected; a day by default. */
  readonly maxMillis?: number;
}

/**
 * The same application, except that bytes and the chunks of a streamed body are written to the connection as they are.
 * That is cheaper than through a web stream, and shows when a chunk was sent, so that its memory can be used again.
 */
export function sendChunksDirectly(
  handler: (request: Request, bindings: HttpBindings) => Response | Promise<Response>,
  { idleMillis = defaultIdleMillis, maxMillis = defaultMaxMillis }: SendOptions = {},
): (request: Request, bindings: HttpBindings) => Promise<Response> {
  return async (request, bindings) => {
    const response = await handler(request, bindings);
    const bytes = bytesOf(response.body);
    if (bytes !== undefined) {
      const { outgoing } = bindings;
      outgoing.writeHead(response.status, {
        ...Object.fromEntries(response.headers),
        'content-length': bytes.length,
      });
      outgoing.end(bytes);
      return RESPONSE_ALREADY_SENT;
    }
    const chunks = chunksOf(response.body);
    if (chunks === undefined) return response;
    // Anything that the client reads, however little, restarts the time.
    bindings.outgoing.setTimeout(idleMillis);
    const deadline = setTimeout(() => bindings.outgoing.destroy(), maxMillis).unref();
    await sendChunks(response, chunks, bindings.outgoing);
    clearTimeout(deadline);
    return RESPONSE_ALREADY_SENT;
  };
}

/** Requests the next chunk once the one before was sent. When the client disconnects, the reading ends. */
async function sendChunks(
  { status, headers }: Response,
  chunks: AsyncIterable<Uint8Array>,
  outgoing: ServerResponse,
): Promise<void> {
  outgoing.writeHead(status, Object.fromEntries(headers));
  outgoing.flushHeaders();
  try {
    for await (const chunk of chunks) {
      if (!(await writeChunk(outgoing, chunk))) return;
    }
  } catch {
    // The connection is broken, which is how the client notices. The failure was reported to the operator before.
    return;
  }
  outgoing.end();
}

/** Resolves once the chunk is sent and its memory is free; to false when the client disconnected. */
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
