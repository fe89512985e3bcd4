import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a directory, and those above it that are missing. Throws Node's own errors. (Node's own `recursive` never
 * returns where nothing can be created in a directory that exists, as in `/proc`.)
 */
export function createDirectory(path: string, mode?: number): void {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || existsSync(above)) throw error;
    createDirectory(above, mode);
    createDirectory(path, mode);
  }
}
