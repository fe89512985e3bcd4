/** What the HTTP server hands in beside a request; absent when the application is called without a socket. */
export interface Connection {
  readonly outgoing?: { destroy(): unknown };
}

/**
 * Pieces as the body of an answer, read as fast as they are taken. A failure on the way is told to `onFault`
 * and breaks the connection. That has to be done here: the server would close the answer in an orderly way, with the
 * failure's message at its end, and what was cut would look whole.
 */
export function streamed(
  pieces: AsyncIterable<Uint8Array>,
  { outgoing }: Connection,
  onFault: (fault: unknown) => void,
): ReadableStream<Uint8Array> {
  return ReadableStream.from(guarded(pieces, outgoing, onFault));
}

/** The same for pieces of text. */
export function streamedText(
  pieces: AsyncIterable<string>,
  connection: Connection,
  onFault: (fault: unknown) => void,
): ReadableStream<Uint8Array> {
  return streamed(encoded(pieces), connection, onFault);
}

async function* encoded(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

async function* guarded(
  pieces: AsyncIterable<Uint8Array>,
  outgoing: Connection['outgoing'],
  onFault: (fault: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    onFault(error);
    outgoing?.destroy();
    throw error;
  }
}
