import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

/** Whether any of these texts stands in any file, as it is or packed. */
export async function directoryContains(
  directory: string,
  texts: readonly string[],
): Promise<boolean> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const bytes = await readFile(join(file.parentPath, file.name)).catch(() => Buffer.of());
    const contents = [bytes, ...decompressedFrames(bytes)];
    if (contents.some((content) => texts.some((text) => content.includes(text)))) return true;
  }
  return false;
}

const zstdMagic = Buffer.of(0x28, 0xb5, 0x2f, 0xfd);

/** Whatever in a file can be unpacked from where a zstd frame begins. */
function decompressedFrames(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = bytes.indexOf(zstdMagic); at >= 0; at = bytes.indexOf(zstdMagic, at + 1)) {
    const next = bytes.indexOf(zstdMagic, at + 1);
    // What stands behind a frame is left alone.
    frames.push(zstdDecompressSync(bytes.subarray(at, next < 0 ? undefined : next)));
  }
  return frames;
}
