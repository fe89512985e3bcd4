/** The HTTP server of all stand-ins: takes requests, plans faults, keeps the log of requests. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Fault, FaultPlan, RetryAfter } from './faults.fixture.ts';
import { sendResponse } from './send-response.fixture.ts';
import type { Trail } from './trail.fixture.ts';
import type { VendorModel, VendorRequest, VendorResponse } from './vendor-model.fixture.ts';

export interface RequestRecord extends VendorRequest {
  /** 1 for the first. */
  readonly number: number;
  /** Milliseconds since 1970 by the vendor's clock. */
  readonly time: number;
  /** The status of the response; 0 where the connection was reset instead. */
  readonly status: number;
  /** Events in the planned response, before any cut. */
  readonly entries: number;
  readonly fault?: Fault['kind'];
}

export interface Listener {
  readonly url: string;
  readonly requests: readonly RequestRecord[];
  close(): Promise<void>;
}

export async function listen<C>(
  model: VendorModel<C>,
  trail: Trail,
  plan: FaultPlan,
  now: () => number,
): Promise<Listener> {
  const requests: RequestRecord[] = [];
  const attempts = new Map<string, number>();
  const closing = new AbortController();

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    const line = `${request.method} ${incoming.url}`;
    const attempt = (attempts.get(line) ?? 0) + 1;
    attempts.set(line, attempt);
    const number = requests.length + 1;
    const fault = plan({ number, line, attempt });

    // Nothing waits from here to `advance`, so a response shows the trail at exactly one moment.
    const planned = responseOf(model, request, fault, now());
    requests.push({
      ...request,
      number,
      time: now(),
      status: fault?.kind === 'reset' ? 0 : planned.status,
      entries: planned.entries ?? 0,
      ...(fault && { fault: fault.kind }),
    });
    trail.advance();

    response.setHeader('Date', new Date(now()).toUTCString());
    await sendResponse(response, planned, fault, closing.signal);
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // A client may disconnect early; anything else is a mistake in the stand-in.
      if (!response.destroyed && !closing.signal.aborted) throw error;
    });
  });
  // A pause of the client must not become a fault that was not planned.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => {
      closing.abort();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<VendorRequest> {
  const url = new URL(incoming.url ?? '/', 'http://vendor');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    form: new URLSearchParams(await text(incoming)),
  };
}

/** The whole response, whatever happens to it on its way. */
function responseOf<C>(
  model: VendorModel<C>,
  request: VendorRequest,
  fault: Fault | undefined,
  now: number,
): VendorResponse {
  switch (fault?.kind) {
    case 'error':
      return withRetryAfter(
        model.errorResponse(fault.status, fault.message),
        fault.retryAfter,
        now,
      );
    case 'instead':
      return {
        status: fault.status,
        headers: { 'Content-Type': fault.contentType },
        body: fault.body,
      };
    case 'expire':
      model.expireTokens();
  }
  return model.respond(request);
}

function withRetryAfter(
  response: VendorResponse,
  retryAfter: RetryAfter | undefined,
  now: number,
): VendorResponse {
  if (!retryAfter) return response;
  const { as, seconds } = retryAfter;
  const value = as === 'seconds' ? String(seconds) : new Date(now + seconds * 1000).toUTCString();
  return { ...response, headers: { ...response.headers, 'Retry-After': value } };
}
