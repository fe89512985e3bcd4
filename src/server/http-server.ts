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
import { sendChunksDirectly } from '../http/send.ts';

export interface HttpServerOptions {
  readonly fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>;
  /** Within which a whole request must have arrived, its headers within 20 at most. */
  readonly requestSeconds: number;
}

const maxHeaderSeconds = 20;
/** How often connections are looked at for requests that take too long, in milliseconds. */
const checkIntervalMillis = 500;
const maxConnections = 10_000;
/**
 * How long a connection may be idle, in milliseconds. Proxies and clients keep theirs for a minute; whoever closes first
 * must not be the server, or a request that is just being sent finds nobody, and nobody knows what became of it.
 */
const idleTimeoutMillis = 75_000;

/**
 * Puts an application behind an HTTP server that does not listen yet. What is no request, or does not arrive in time, is
 * answered in JSON like everything else, and its connection is ended.
 */
export function createHttpServer({ fetch, requestSeconds }: HttpServerOptions): Server {
  const headerSeconds = Math.min(requestSeconds, maxHeaderSeconds);
  const answer = sendChunksDirectly(fetch);
  const listener = getRequestListener((request, env) => answer(request, env as HttpBindings), {
    overrideGlobalObjects: false,
    errorHandler: (error) => nativeErrorResponse(toRequestError(error)),
  });
  const server = createServer(
    {
      requestTimeout: requestSeconds * 1_000,
      headersTimeout: headerSeconds * 1_000,
      connectionsCheckingInterval: checkIntervalMillis,
      // Without a host there is no URL, which the listener says too, and in JSON.
      requireHostHeader: false,
    },
    listener,
  );
  server.maxConnections = maxConnections;
  server.keepAliveTimeout = idleTimeoutMillis;
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    const message = 'Cannot do what Expect asks for: only 100-continue is known here';
    response.writeHead(417, jsonHeaders).end(JSON.stringify({ message }));
  });

  const answering = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    answering.set(request.socket, response);
  });
  server.on('clientError', (error: ClientError, socket) => {
    const response = answering.get(socket);
    const isAmidAnswer = response?.headersSent === true && !response.writableEnded;
    if (error.code === 'ECONNRESET' || !socket.writable || isAmidAnswer) {
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
  /** The parser's, in a few words. */
  readonly reason?: string;
}

const jsonHeaders = { 'Content-Type': 'application/json', Connection: 'close' };

/** What the listener could not make a request of; anything else it was given is a fault of the server. */
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
        message: `The request did not arrive in time: its headers must within ${headerSeconds} seconds, all of it within ${requestSeconds}`,
      };
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        message: `Cannot read the request: its first line and headers have more than ${maxHeaderSize} bytes`,
      };
    default:
      return {
        status: 400,
        message: `Cannot read the request: it is not proper HTTP/1.1${reason === undefined ? '' : ` (${reason})`}`,
      };
  }
}

function responseText(status: number, message: string): string {
  const body = JSON.stringify({ message });
  const headers = Object.entries({ ...jsonHeaders, 'Content-Length': Buffer.byteLength(body) });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`;
}
