import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a directory for its owner alone, and those above it that are missing. It may exist. Errors have Node's codes.
 * (Node's own `recursive` never returns when an existing directory, such as `/proc`, allows no new one.)
 */
export function createDirectory(path: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT') throw error;
    if (existsSync(above)) {
      const message = `Cannot create ${path}: nothing can be created in ${above}`;
      throw Object.assign(new Error(message, { cause: error }), { code });
    }
    createDirectory(above);
    createDirectory(path);
  }
}
