import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a directory, and those above it that are missing. Errors have Node's codes. (Node's own `recursive` never ends
 * when an existing directory, such as `/proc`, allows no new one.)
 */
export async function createDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT') throw error;
    if (await exists(above)) {
      const message = `Cannot create ${path}: nothing can be created in ${above}`;
      throw Object.assign(new Error(message, { cause: error }), { code });
    }
    await createDirectory(above, mode);
    await createDirectory(path, mode);
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
