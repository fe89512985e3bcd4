import { createHash } from 'node:crypto';
import type { Head } from './event-store.ts';

/** The head of an empty log. */
export const emptyHead: Head = {
  size: 0,
  root: new Uint8Array(createHash('sha256').digest()),
  frontier: new Uint8Array(),
  recordedAt: 0,
};
