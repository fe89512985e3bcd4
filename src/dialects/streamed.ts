import { AnnalsError } from '../core/errors.ts';

/** What the HTTP server hands in beside a request; absent when the application is called without a socket. */
export interface Connection {
  readonly outgoing?: { destroy(): unknown };
}

/** The pieces behind a body, for whoever can send them without the layers of a web stream. */
const sources = new WeakMap<ReadableStream, AsyncIterable<Uint8Array>>();

/**
 * Pieces as the body of an answer, read as fast as they are taken. A piece may be filled again once the next one is
 * asked for. A failure on the way breaks the connection, and is told to `onFault` unless the client itself has left. That has to be done here: the server
 * would close the answer in an orderly way, with the failure's message at its end, and what was cut would look whole.
 */
export function streamed(
  pieces: AsyncIterable<Uint8Array>,
  { outgoing }: Connection,
  onFault: (fault: unknown) => void,
): ReadableStream<Uint8Array> {
  const source = guarded(pieces, outgoing, onFault);
  const body = ReadableStream.from(copied(source));
  sources.set(body, source);
  return body;
}

/** The same for pieces of text. */
export function streamedText(
  pieces: AsyncIterable<string>,
  connection: Connection,
  onFault: (fault: unknown) => void,
): ReadableStream<Uint8Array> {
  return streamed(encoded(pieces), connection, onFault);
}

/**
 * The pieces that a body made by `streamed` consists of, to be read in place of it. Each is good until the next one is
 * asked for; when reading fails the connection is broken already.
 */
export function piecesOf(body: ReadableStream | null): AsyncIterable<Uint8Array> | undefined {
  return body === null ? undefined : sources.get(body);
}

async function* encoded(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

/** Whoever reads a web stream may keep what it got. */
async function* copied(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield new Uint8Array(piece);
}

async function* guarded(
  pieces: AsyncIterable<Uint8Array>,
  outgoing: Connection['outgoing'],
  onFault: (fault: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    if (!(error instanceof AnnalsError) || error.code !== 'abandoned') onFault(error);
    outgoing?.destroy();
    throw error;
  }
}
