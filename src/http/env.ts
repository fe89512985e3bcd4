import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the Node server hands to the application beside the request; absent when it is called without a socket. */
export interface HttpEnv {
  Bindings: {
    readonly incoming?: Pick<IncomingMessage, 'socket'>;
    readonly outgoing?: Pick<ServerResponse, 'addTrailers' | 'destroy'>;
  };
}
