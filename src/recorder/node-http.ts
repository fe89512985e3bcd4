import type { HttpCall } from './http-call.ts';
import type { HttpRequest } from './http-facts.ts';

/** The part of Node's requests, of HTTP/1 and HTTP/2, that is read. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined } | null | undefined;
}

/** The part of Node's responses that is read. */
export interface NodeResponse {
  readonly statusCode: number;
  readonly headersSent: boolean;
  once(event: 'finish' | 'close', listener: () => void): unknown;
}

export function describeNodeRequest(request: NodeRequest, target = request.url): HttpRequest {
  const { method = '', headers } = request;
  return {
    method,
    target: target ?? '/',
    peerAddress: request.socket?.remoteAddress,
    header: (name) => {
      const value = headers[name];
      return typeof value === 'object' ? value.join(', ') : value;
    },
  };
}

/** Ends the call when the response has been passed to the system, or when the connection closes before that. */
export function endWithResponse<Request>(call: HttpCall<Request>, response: NodeResponse): void {
  response.once('finish', () => call.end(response.statusCode, true));
  response.once('close', () =>
    call.end(response.headersSent ? response.statusCode : undefined, false),
  );
}
