import {
  createServer,
  type IncomingMessage,
  maxHeaderSize,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server';
import { nativeErrorResponse } from '../api/errors.ts';
import { AnnalsError } from '../core/errors.ts';
import { ambiguity } from '../http/ambiguous-request.ts';
import type { RequestBudget } from '../http/request-budget.ts';
import { sendChunksDirectly } from '../http/send.ts';
import { limitConnections } from './connection-limits.ts';
import type { ServerTls } from './server-tls.ts';

export interface HttpServerOptions {
  readonly fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>;
  /** A whole request must arrive within this time, its headers within 20 seconds at most. */
  readonly requestSeconds: number;
  /** A streamed response ends within this time, whole or not. */
  readonly exportSeconds: number;
  readonly budget: RequestBudget;
  /** Without it the server speaks plain HTTP. */
  readonly tls?: ServerTls | undefined;
}

const maxHeaderSeconds = 20;
/** How often connections are checked for requests that take too long. */
const checkIntervalMillis = 500;
/**
 * How long a connection may be idle. Proxies and clients keep theirs for a minute. The server must not close first: a
 * request that is being sent at that moment would be lost, and its sender could not know whether it was recorded.
 */
const idleTimeoutMillis = 75_000;

/**
 * An HTTP server for an application; it does not listen yet. The response to something that is not HTTP, or does not
 * arrive in time, is JSON like every other, and closes the connection.
 */
export function createHttpServer({
  fetch,
  requestSeconds,
  exportSeconds,
  budget,
  tls,
}: HttpServerOptions): Server {
  const headerSeconds = Math.min(requestSeconds, maxHeaderSeconds);
  const respond = budget.around(sendChunksDirectly(fetch, { maxMillis: exportSeconds * 1_000 }));
  const listener = getRequestListener((request, env) => respond(request, env as HttpBindings), {
    overrideGlobalObjects: false,
    errorHandler: (error) => nativeErrorResponse(toRequestError(error)),
  });
  const options = {
    requestTimeout: requestSeconds * 1_000,
    headersTimeout: headerSeconds * 1_000,
    connectionsCheckingInterval: checkIntervalMillis,
    // The listener also rejects a request without a host, since it has no URL, and does so in JSON.
    requireHostHeader: false,
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const problem = ambiguity(request);
    if (problem === undefined) return listener(request, response);
    const message = `Cannot read the request: ${problem}`;
    response.writeHead(400, jsonHeaders).end(JSON.stringify({ message }));
  };
  const server =
    tls === undefined
      ? createServer(options, onRequest)
      : tls.createServer(options, options.headersTimeout, onRequest);
  limitConnections(server);
  server.keepAliveTimeout = idleTimeoutMillis;
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    const message = 'Cannot do what Expect says: only 100-continue is known here';
    response.writeHead(417, jsonHeaders).end(JSON.stringify({ message }));
  });

  const responses = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    responses.set(request.socket, response);
  });
  server.on('clientError', (error: ClientError, socket) => {
    const response = responses.get(socket);
    const isSending = response?.headersSent === true && !response.writableEnded;
    if (isWithoutResponse(error) || !socket.writable || isSending) {
      socket.destroy();
      return;
    }
    const { status, message } = clientErrorStatus(error, { requestSeconds, headerSeconds });
    socket.end(responseText(status, message), () => socket.destroy());
  });
  return server;
}

interface ClientError extends Error {
  readonly code?: string;
  /** What the parser says, in a few words. */
  readonly reason?: string;
}

/** The connection is gone, or its handshake is not over: what is written then is sent to nobody. */
function isWithoutResponse({ code = '' }: ClientError): boolean {
  return code === 'ECONNRESET' || /^ERR_(TLS|SSL)_/.test(code);
}

const jsonHeaders = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  Connection: 'close',
};

/** The listener could not read a request; any other error is a fault of the server. */
function toRequestError(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error;
  return new AnnalsError('invalid', `Cannot read the request: ${error.message}`, { cause: error });
}

function clientErrorStatus(
  { code, reason }: ClientError,
  { requestSeconds, headerSeconds }: { requestSeconds: number; headerSeconds: number },
): { status: number; message: string } {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        message: `The request did not arrive in time: its headers must arrive within ${headerSeconds} seconds, all of it within ${requestSeconds}`,
      };
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        message: `Cannot read the request: its first line and headers have more than ${maxHeaderSize} bytes`,
      };
    default:
      return {
        status: 400,
        message: `Cannot read the request: it is not valid HTTP/1.1${reason === undefined ? '' : ` (${reason})`}`,
      };
  }
}

function responseText(status: number, message: string): string {
  const body = JSON.stringify({ message });
  const headers = Object.entries({ ...jsonHeaders, 'Content-Length': Buffer.byteLength(body) });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`;
}
