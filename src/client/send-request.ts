import type { Clock } from '../core/micros.ts';
import { type ClientRequest, type ClientResponse, readText, type Send } from './request.ts';
import { type RetrySettings, retry } from './retry.ts';
import { responseError } from './status.ts';

/** What code that calls another server works with: the network, time and retries, all handed in. */
export interface ClientDependencies {
  readonly send: Send;
  readonly clock: Clock;
  readonly retry: RetrySettings;
}

/** Sends a request once. Rejects when the response has another status, with the error that the status stands for. */
export async function sendRequest(
  { send, clock }: Pick<ClientDependencies, 'send' | 'clock'>,
  request: ClientRequest,
  signal: AbortSignal,
  status = 200,
): Promise<ClientResponse> {
  const response = await send(request, signal);
  if (response.status !== status) throw await responseError(response, request, clock);
  return response;
}

/** Sends a request until it succeeds, or fails in a way that another attempt would not help. Gives the body as text. */
export function requestText(
  dependencies: ClientDependencies,
  request: ClientRequest,
  signal: AbortSignal,
  { maxBytes, status = 200 }: { readonly maxBytes: number; readonly status?: number },
): Promise<string> {
  return retry(dependencies.retry, signal, async () =>
    readText(await sendRequest(dependencies, request, signal, status), maxBytes),
  );
}
