import { AnnalsError } from '../core/errors.ts';

/** What the HTTP server hands in beside a request; absent when the application is called without a socket. */
export interface ResponseConnection {
  readonly outgoing?: { destroy(): unknown };
}

/** The pieces behind a body, for whoever can send them without the layers of a web stream. */
const chunksOfBody = new WeakMap<ReadableStream, AsyncIterable<Uint8Array>>();

/**
 * Pieces as the body of an answer, read as fast as they are taken. A piece may be filled again once the next one is
 * asked for. A failure on the way breaks the connection, and is told to `onFault` unless the client itself has left. That has to be done here: the server
 * would close the answer in an orderly way, with the failure's message at its end, and what was cut would look whole.
 */
export function streamBody(
  chunks: AsyncIterable<Uint8Array>,
  { outgoing }: ResponseConnection,
  onFault: (fault: unknown) => void,
): ReadableStream<Uint8Array> {
  const source = destroyOnFailure(chunks, outgoing, onFault);
  const body = ReadableStream.from(copyChunks(source));
  chunksOfBody.set(body, source);
  return body;
}

/** The same for pieces of text. */
export function streamTextBody(
  chunks: AsyncIterable<string>,
  connection: ResponseConnection,
  onFault: (fault: unknown) => void,
): ReadableStream<Uint8Array> {
  return streamBody(encodeChunks(chunks), connection, onFault);
}

/**
 * The pieces that a body made by `streamed` consists of, to be read in place of it. Each is good until the next one is
 * asked for; when reading fails the connection is broken already.
 */
export function chunksOf(body: ReadableStream | null): AsyncIterable<Uint8Array> | undefined {
  return body === null ? undefined : chunksOfBody.get(body);
}

async function* encodeChunks(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of chunks) yield Buffer.from(piece);
}

/** Whoever reads a web stream may keep what it got. */
async function* copyChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of chunks) yield new Uint8Array(piece);
}

async function* destroyOnFailure(
  chunks: AsyncIterable<Uint8Array>,
  outgoing: ResponseConnection['outgoing'],
  onFault: (fault: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof AnnalsError) || error.code !== 'abandoned') onFault(error);
    outgoing?.destroy();
    throw error;
  }
}
