import { AnnalsError } from '../../core/errors.ts';
import type { Anchor } from './anchor.ts';

const timeoutMillis = 10_000;

/** Posts checkpoints to a URL as `text/plain`; any status from 200 to 299 says that it has them. */
export function httpAnchor(url: URL, fetch: typeof globalThis.fetch): Anchor {
  return {
    // Path and query often hold a secret.
    name: url.origin,
    async push(message, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'text/plain; charset=utf-8' },
        body: message,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMillis)]),
      });
      await response.body?.cancel();
      if (response.ok) return;
      throw new AnnalsError(
        'unavailable',
        `Cannot anchor a checkpoint at ${url.origin}: it answered ${response.status}`,
      );
    },
  };
}
