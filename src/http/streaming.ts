import { checkKeyAgain } from '../access/gate.ts';
import { AnnalsError, type ErrorCode } from '../core/errors.ts';
import type { HttpBindings } from './env.ts';

/** The chunks behind a body, for a sender that does not need the layers of a web stream. */
const chunksOfBody = new WeakMap<ReadableStream, AsyncIterable<Uint8Array>>();

/** The bytes behind a body, in the same way. */
const bytesOfBody = new WeakMap<ReadableStream, Uint8Array>();

/** What the response belongs to: a context of Hono. */
interface ResponseContext {
  readonly req: { readonly raw: Request };
  /** Undefined when an application is called without a socket. */
  readonly env: HttpBindings | undefined;
}

/** How soon a response ends whose client reads slowly, once its key is not valid any more. */
const checkIntervalMillis = 1_000;
/** How long a response may take then to say why it ends. */
const lastWordMillis = 2_000;

export interface StreamOptions {
  /** Called with what broke the response, unless that was the client. */
  readonly onFault: (fault: unknown) => void;
  /**
   * For a body that says itself why it ends: called once the key is not valid any more. What the chunks have from then on
   * is sent, and the connection breaks only if they do not end soon.
   */
  readonly onKeyEnded?: () => void;
}

/**
 * Chunks as the body of a response, read as fast as they are sent. A chunk may be filled again once the next one is
 * requested. A failure on the way breaks the connection, and is reported to `onFault` unless the client disconnected.
 * This has to be done here: the server would end the response in an orderly way, with the failure's message at its end,
 * and a body that was cut would look whole. A key that is revoked or expires meanwhile is such a failure, which the gate
 * reports.
 */
export function streamBody(
  chunks: AsyncIterable<Uint8Array>,
  context: ResponseContext,
  options: StreamOptions,
): ReadableStream<Uint8Array> {
  const source = destroyOnFailure(chunks, context, options);
  const body = ReadableStream.from(copyChunks(source));
  chunksOfBody.set(body, source);
  return body;
}

/** The same for chunks of text. */
export function streamTextBody(
  chunks: AsyncIterable<string>,
  context: ResponseContext,
  options: StreamOptions,
): ReadableStream<Uint8Array> {
  return streamBody(encodeChunks(chunks), context, options);
}

/**
 * Bytes as the body of a response that is worth it: a body of plain bytes is copied, and read through a web stream. Nobody
 * changes the bytes afterwards.
 */
export function bytesBody(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (bytes.length > 0) controller.enqueue(bytes);
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  bytesOfBody.set(body, bytes);
  return body;
}

/** The bytes of a body created by `bytesBody`, to be sent instead of it. */
export function bytesOf(body: ReadableStream | null): Uint8Array | undefined {
  return body === null ? undefined : bytesOfBody.get(body);
}

/**
 * The chunks of a body created by `streamBody`, to be read instead of it. Each one is valid until the next one is
 * requested. When reading fails, the connection is already broken.
 */
export function chunksOf(body: ReadableStream | null): AsyncIterable<Uint8Array> | undefined {
  return body === null ? undefined : chunksOfBody.get(body);
}

async function* encodeChunks(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** A reader of a web stream may keep its chunks. */
async function* copyChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield new Uint8Array(chunk);
}

async function* destroyOnFailure(
  chunks: AsyncIterable<Uint8Array>,
  { req, env }: ResponseContext,
  { onFault, onKeyEnded }: StreamOptions,
): AsyncGenerator<Uint8Array> {
  let lastWord: NodeJS.Timeout | undefined;
  const destroy = () => env?.outgoing?.destroy();
  const endKey = () => {
    clearInterval(checks);
    if (onKeyEnded === undefined) destroy();
    else {
      lastWord = setTimeout(destroy, lastWordMillis).unref();
      onKeyEnded();
    }
  };
  const checks = setInterval(() => {
    if (!isKeyValid(req.raw)) endKey();
  }, checkIntervalMillis).unref();
  try {
    for await (const chunk of chunks) {
      if (onKeyEnded === undefined) checkKeyAgain(req.raw);
      else if (lastWord === undefined && !isKeyValid(req.raw)) {
        // This chunk was read before the chunks knew.
        endKey();
        continue;
      }
      yield chunk;
    }
  } catch (error) {
    const isTold = error instanceof AnnalsError && toldElsewhere.has(error.code);
    if (!isTold) onFault(error);
    destroy();
    throw error;
  } finally {
    clearInterval(checks);
    clearTimeout(lastWord);
  }
}

function isKeyValid(request: Request): boolean {
  try {
    checkKeyAgain(request);
    return true;
  } catch {
    return false;
  }
}

/** The client that disconnected needs no report, and of a key that is not valid any more the gate makes one. */
const toldElsewhere: ReadonlySet<ErrorCode> = new Set(['abandoned', 'unauthenticated']);
