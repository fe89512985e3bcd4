import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the HTTP server hands in beside a request; each is absent when an application is called without a socket. */
export interface HttpBindings {
  readonly incoming?: Pick<IncomingMessage, 'socket' | 'httpVersion'>;
  readonly outgoing?: Pick<ServerResponse, 'addTrailers' | 'destroy'>;
}

/** The environment of our Hono applications. */
export interface HttpEnv {
  Bindings: HttpBindings;
}
