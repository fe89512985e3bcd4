import { AnnalsError, messageOf } from '../core/errors.ts';
import { addressOf, type Send } from './request.ts';

/** Sends with a function like `fetch`, such as a server of this program in the same process. */
export function createFetchSend(fetch: typeof globalThis.fetch): Send {
  return async (request, signal) => {
    const { url, method = 'GET', headers, body } = request;
    const failure = (code: 'unavailable' | 'incomplete', error: unknown): unknown =>
      signal.aborted || error instanceof AnnalsError
        ? error
        : new AnnalsError(code, `Cannot read ${addressOf(request)}: ${reasonOf(error)}`, {
            cause: error,
          });
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    }).catch((error: unknown) => {
      throw failure('unavailable', error);
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (async function* () {
        try {
          if (response.body !== null) yield* response.body;
        } catch (error) {
          throw failure('incomplete', error);
        }
      })(),
      trailers: () => undefined,
      discard: () => void response.body?.cancel().catch(() => undefined),
    };
  };
}

/** fetch itself says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return messageOf(cause ?? error) || 'the connection failed';
}
