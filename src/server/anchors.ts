import { fileURLToPath } from 'node:url';
import { createFetchSend } from '../client/fetch-send.ts';
import type { Anchor } from '../ledger/anchors/anchor.ts';
import { fileAnchor } from '../ledger/anchors/file-anchor.ts';
import { httpAnchor } from '../ledger/anchors/http-anchor.ts';

/** Why a text does not name an anchor; undefined when it does. */
export function anchorProblem(text: string): string | undefined {
  if (text.startsWith('file:')) return text === 'file:' ? 'does not name a file' : undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'is neither file:… nor https:…';
  if (url.username !== '' || url.password !== '') return 'must not have a user or a password';
  return undefined;
}

/** The path of a file that is an anchor; undefined for an anchor behind a URL. */
export function anchorFile(text: string): string | undefined {
  if (text.startsWith('file://')) return fileURLToPath(text);
  return text.startsWith('file:') ? text.slice('file:'.length) : undefined;
}

/** The anchor that a text names: `file:PATH` or a URL. */
export function anchorOf(text: string, fetch: typeof globalThis.fetch): Anchor {
  const file = anchorFile(text);
  if (file !== undefined) return fileAnchor(file);
  return httpAnchor(new URL(text), createFetchSend(fetch));
}
