/** One request over HTTP. */
export interface ClientRequest {
  readonly url: URL;
  /** GET when absent. */
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ClientResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Decoded content. Throws `incomplete` where the connection ends before the content does. */
  readonly body: AsyncIterable<Uint8Array>;
  /** What was sent behind the body, once that was read; undefined where the transport does not show it. */
  trailers(): Readonly<Record<string, string | undefined>> | undefined;
  /** Gives up a body that will not be read. */
  discard(): void;
}

/**
 * Asks once. Rejects with `unavailable` or `timeout` when no answer begins; any status is an answer. Trying again,
 * waiting and understanding are left to others.
 */
export type Send = (question: ClientRequest, signal: AbortSignal) => Promise<ClientResponse>;

/** Where it is asked, without the query, which may hold what should not be shown. */
export function urlWithoutQuery({ url }: ClientRequest): string {
  return `${url.origin}${url.pathname}`;
}
