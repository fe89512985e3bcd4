import { open } from 'node:fs/promises';
import type { Anchor } from './anchor.ts';

/**
 * Appends checkpoints to a file, an empty line after each, and waits for the disk. Meant for another disk, a share that
 * can only be appended to, or a file whose attributes forbid anything else (`chattr +a`).
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
