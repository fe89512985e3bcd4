/** What the HTTP server hands in beside a request; absent when the application is called without a socket. */
export interface Connection {
  readonly outgoing?: { destroy(): unknown };
}

/**
 * Pieces of text as the body of an answer, read as fast as they are taken. A failure on the way is told to `onFault`
 * and breaks the connection. That has to be done here: the server would close the answer in an orderly way, with the
 * failure's message at its end, and what was cut would look whole.
 */
export function streamedText(
  pieces: AsyncIterable<string>,
  { outgoing }: Connection,
  onFault: (fault: unknown) => void,
): ReadableStream<Uint8Array> {
  return ReadableStream.from(guarded(pieces, outgoing, onFault)).pipeThrough(
    new TextEncoderStream(),
  );
}

async function* guarded(
  pieces: AsyncIterable<string>,
  outgoing: Connection['outgoing'],
  onFault: (fault: unknown) => void,
): AsyncGenerator<string> {
  try {
    yield* pieces;
  } catch (error) {
    onFault(error);
    outgoing?.destroy();
    throw error;
  }
}
