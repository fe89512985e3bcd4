import type { HttpCall } from './http-call.ts';
import type { HttpRequest } from './http-facts.ts';

/** The part of Node's requests, of HTTP/1 and HTTP/2, that is looked at. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined } | null | undefined;
}

/** The part of Node's responses that is looked at. */
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

/** Ends the call when its answer has been handed to the system, or the connection closes before. */
export function endWithResponse<Request>(call: HttpCall<Request>, response: NodeResponse): void {
  response.once('finish', () => call.end(response.statusCode, true));
  response.once('close', () =>
    call.end(response.headersSent ? response.statusCode : undefined, false),
  );
}
