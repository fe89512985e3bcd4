import type { Send } from '../../client/request.ts';
import { AnnalsError } from '../../core/errors.ts';
import type { Anchor } from './anchor.ts';

const timeoutMillis = 10_000;

/** Posts checkpoints to a URL as `text/plain`. Any status from 200 to 299 says that the URL has them. */
export function httpAnchor(url: URL, send: Send): Anchor {
  // Path and query often hold a secret.
  const name = url.origin;
  return {
    name,
    async push(message, signal) {
      const request = {
        url,
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: message,
        shownAs: name,
      } as const;
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMillis)]);
      const { status, discard } = await send(request, limited);
      discard();
      if (status >= 200 && status < 300) return;
      throw new AnnalsError(
        'unavailable',
        `Cannot anchor a checkpoint at ${name}: it answered ${status}`,
      );
    },
  };
}
