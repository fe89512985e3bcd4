import { open } from 'node:fs/promises';
import type { Anchor } from './anchor.ts';

/**
 * Adds checkpoints to the end of a file, an empty line behind each, and waits for the disk. Made for another disk, a
 * share that only takes additions, or a file whose attributes forbid anything else (`chattr +a`).
 */
export function fileAnchor(path: string): Anchor {
  return {
    name: `file:${path}`,
    async push(message) {
      const file = await open(path, 'a');
      try {
        await file.appendFile(`${message}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
    },
  };
}
