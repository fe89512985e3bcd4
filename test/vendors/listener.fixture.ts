/** The HTTP server all stand-ins share: takes requests, plans faults, keeps the log. */
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
  /** The status answered; 0 where the connection was reset instead. */
  readonly status: number;
  /** Events in the answer as it was meant, before any cut. */
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

    // From here to `advance` nothing waits, so an answer shows the trail at exactly one moment.
    const answer = answerOf(model, request, fault, now());
    requests.push({
      ...request,
      number,
      time: now(),
      status: fault?.kind === 'reset' ? 0 : answer.status,
      entries: answer.entries ?? 0,
      ...(fault && { fault: fault.kind }),
    });
    trail.advance();

    response.setHeader('Date', new Date(now()).toUTCString());
    await sendResponse(response, answer, fault, closing.signal);
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // Leaving early is the caller's right; anything else is a mistake in the stand-in.
      if (!response.destroyed && !closing.signal.aborted) throw error;
    });
  });
  // A pause of the caller's must not become a fault nobody planned.
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

/** The whole answer, whatever may then happen to it on its way. */
function answerOf<C>(
  model: VendorModel<C>,
  request: VendorRequest,
  fault: Fault | undefined,
  now: number,
): VendorResponse {
  switch (fault?.kind) {
    case 'refuse':
      return withRetryAfter(model.refusal(fault.status, fault.message), fault.retryAfter, now);
    case 'instead':
      return {
        status: fault.status,
        headers: { 'Content-Type': fault.contentType },
        body: fault.body,
      };
    case 'expire':
      model.expireTokens();
  }
  return model.answer(request);
}

function withRetryAfter(
  answer: VendorResponse,
  wish: RetryAfter | undefined,
  now: number,
): VendorResponse {
  if (!wish) return answer;
  const value =
    wish.as === 'seconds'
      ? String(wish.seconds)
      : new Date(now + wish.seconds * 1000).toUTCString();
  return { ...answer, headers: { ...answer.headers, 'Retry-After': value } };
}
