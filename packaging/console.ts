import { join } from 'node:path';
import { build } from 'vite';
import { type BundledPackage, packagesOf } from './bundle.ts';

/** Builds the console into a folder, each file beside its packed copy. Returns whose code is in it. */
export async function buildConsole(root: string, directory: string): Promise<BundledPackage[]> {
  const built = await build({
    configFile: join(root, 'console/vite.config.ts'),
    // Node reads the configuration as it is; otherwise a copy would be written among the packages.
    configLoader: 'native',
    logLevel: 'warn',
    // What a build from other files needs to find its scripts; nothing serves it.
    build: { outDir: directory, emptyOutDir: true, manifest: false },
  });
  if (!('output' in built)) throw new Error('Cannot build the console: it gave no files');
  return packagesOf(built.output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : [])));
}
