import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';

/** A package of npm whose code is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly directory: string;
}

interface Bundle {
  /** The modules by name, each a file in `directory` under its name. */
  readonly input: Readonly<Record<string, string>>;
  readonly format: 'esm' | 'cjs';
  readonly directory: string;
}

/** Bundles TypeScript and everything that it imports into JavaScript with source maps. Returns whose code is in it. */
export async function bundle(root: string, wanted: Bundle): Promise<BundledPackage[]> {
  const build = await rolldown({
    cwd: root,
    input: { ...wanted.input },
    platform: 'node',
    // Comments with the paths of this machine.
    experimental: { attachDebugInfo: 'none' },
    onLog(_level, log) {
      // What a build warns of is a module that is missing, or a cycle: neither belongs into a package.
      throw new Error(`Cannot build ${wanted.directory}: ${log.message}`);
    },
  });
  const { output } = await build.write({
    dir: wanted.directory,
    format: wanted.format,
    sourcemap: true,
    sourcemapPathTransform: (source, map) => withinRepository(root, resolve(dirname(map), source)),
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // The source maps have them.
    comments: { jsdoc: false, legal: true },
  });
  await build.close();
  const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
  return packagesOf(modules);
}

/** The same on every machine, and wherever npm has put the packages. */
function withinRepository(root: string, file: string): string {
  const inPackages = file.indexOf('/node_modules/');
  return inPackages >= 0 ? file.slice(inPackages + 1) : relative(root, file);
}

/** The packages that modules are of, by their names. */
export function packagesOf(modules: readonly string[]): BundledPackage[] {
  const packages = new Map<string, BundledPackage>();
  for (const module of modules) {
    const [directory, name] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module) ?? [];
    if (directory !== undefined && name !== undefined) packages.set(directory, { name, directory });
  }
  return [...packages.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Where a thread is named, but not in a comment. */
const threadPattern = /^(?! \*).*siblingModule\(import\.meta\.url, '([^']+)'\)/gm;

/**
 * The command, and each thread that it starts. All are in one folder: a thread is found beside the module that starts it
 * (`siblingModule` in `src/runtime/thread.ts`), whichever file that has become a part of.
 */
export function commandModules(root: string): Record<string, string> {
  const modules: Record<string, string> = { main: join(root, 'src/cli/main.ts') };
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    if (/\.(test|contract|fixture)\.ts$/.test(file)) continue;
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, path = ''] of text.matchAll(threadPattern)) {
      const name = basename(path);
      const module = join(root, dirname(file), `${path}.ts`);
      if (modules[name] !== undefined && modules[name] !== module) {
        throw new Error(`Cannot build: ${modules[name]} and ${module} need one name each`);
      }
      modules[name] = module;
    }
  }
  return modules;
}
