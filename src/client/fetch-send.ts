import { AnnalsError, messageOf } from '../core/errors.ts';
import { type Send, urlWithoutQuery } from './request.ts';

/** Over a function like `fetch`, such as a server of this program in the same process. */
export function createFetchSend(fetch: typeof globalThis.fetch): Send {
  return async (question, signal) => {
    const { url, method = 'GET', headers, body } = question;
    const failed = (code: 'unavailable' | 'incomplete', error: unknown): unknown =>
      signal.aborted || error instanceof AnnalsError
        ? error
        : new AnnalsError(code, `Cannot read ${urlWithoutQuery(question)}: ${messageOf(error)}`, {
            cause: error,
          });
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    }).catch((error: unknown) => {
      throw failed('unavailable', error);
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (async function* () {
        try {
          if (response.body !== null) yield* response.body;
        } catch (error) {
          throw failed('incomplete', error);
        }
      })(),
      trailers: () => undefined,
      discard: () => void response.body?.cancel().catch(() => undefined),
    };
  };
}
