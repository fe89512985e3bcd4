import { AnnalsError } from '../core/errors.ts';

/** One request to another server, over HTTP. */
export interface ClientRequest {
  readonly url: URL;
  /** GET when absent. */
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What messages call its address, where the path holds a secret. Absent, they show the path but never the query. */
  readonly shownAs?: string;
}

export interface ClientResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Decoded content. Throws `incomplete` when the connection ends before the content does. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The trailers, once the body was read; undefined when the transport does not show them. */
  trailers(): Readonly<Record<string, string | undefined>> | undefined;
  /** Gives up a body that will not be read. */
  discard(): void;
}

/**
 * Sends a request once and follows no redirect. Rejects with `unavailable` or `timeout` when no response begins; a
 * response with any status resolves. `corrupt` is a certificate that is not accepted. Retrying, waiting and reading the status are left to others.
 */
export type Send = (request: ClientRequest, signal: AbortSignal) => Promise<ClientResponse>;

/** The address of a request for messages: without its query, which may hold what should not be shown. */
export function addressOf({ url, shownAs }: ClientRequest): string {
  return shownAs ?? `${url.origin}${url.pathname}`;
}

/** The body as text. Throws `too-large` when it has more bytes than this. */
export async function readText(response: ClientResponse, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) {
      response.discard();
      throw new AnnalsError('too-large', `The response has more than ${maxBytes} bytes`);
    }
  }
  return Buffer.concat(chunks).toString();
}
