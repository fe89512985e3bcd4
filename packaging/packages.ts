import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BundledPackage, bundle, commandModules } from './bundle.ts';
import { buildConsole } from './console.ts';
import { writeRecorderDeclarations } from './declarations.ts';
import { writeManPages } from './man.ts';
import { commandManifest, readRepositoryManifest, recorderManifest } from './manifests.ts';
import { notices } from './notices.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = readRepositoryManifest(root);

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** An empty folder: nothing of an earlier build, and nothing that somebody left there, may get into a package. */
function emptyFolder(directory: string): string {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

async function buildCommand(directory: string): Promise<BundledPackage[]> {
  const dist = join(directory, 'dist');
  const input = commandModules(root);
  const packages = distinct([
    ...(await bundle(root, { input, format: 'esm', directory: dist })),
    ...(await buildConsole(root, join(dist, 'console'))),
  ]);
  mkdirSync(join(directory, 'bin'));
  cpSync(join(root, 'bin/annals.js'), join(directory, 'bin/annals.js'));
  for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, file), join(directory, file));
  cpSync(join(root, 'packaging/annals/README.md'), join(directory, 'README.md'));
  writeFileSync(join(directory, 'THIRD-PARTY-NOTICES'), notices(packages));
  const pages = await writeManPages(root, join(directory, 'man'));
  writeJson(join(directory, 'package.json'), commandManifest(manifest, pages));
  return packages;
}

function distinct(packages: readonly BundledPackage[]): BundledPackage[] {
  const byDirectory = new Map(packages.map((one) => [one.directory, one]));
  return [...byDirectory.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** As CommonJS, which ESM imports: an application that loads both has one `AnnalsError`. */
async function buildRecorder(directory: string): Promise<void> {
  const input = { index: join(root, 'src/recorder/index.ts') };
  const [cjs, esm] = [join(directory, 'cjs'), join(directory, 'esm')];
  const packages = await bundle(root, { input, format: 'cjs', directory: cjs });
  if (packages.length > 0) throw new Error(`The recorder needs ${packages[0]?.name}`);
  writeRecorderDeclarations(root, cjs);
  writeJson(join(cjs, 'package.json'), { type: 'commonjs' });
  const names = Object.keys(createRequire(import.meta.url)(join(cjs, 'index.js')));
  mkdirSync(esm);
  writeFileSync(join(esm, 'index.d.ts'), "export * from '../cjs/recorder/index.js';\n");
  writeFileSync(join(esm, 'index.js'), `export { ${names.join(', ')} } from '../cjs/index.js';\n`);
  cpSync(join(root, 'LICENSE'), join(directory, 'LICENSE'));
  cpSync(join(root, 'packaging/recorder/README.md'), join(directory, 'README.md'));
  writeJson(join(directory, 'package.json'), recorderManifest(manifest));
}

/** The same modes whatever the umask: they are in what is packed. */
function settleModes(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const isProgram = entry.isDirectory() || entry.parentPath.endsWith('/bin');
    chmodSync(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}

/**
 * Writes what is published, as folders that `npm pack` and `npm publish` take: `annals` and `recorder` in `out`. Returns
 * the packages whose code is in `annals`.
 */
export async function buildPackages(out: string): Promise<BundledPackage[]> {
  const packages = await buildCommand(emptyFolder(join(out, 'annals')));
  await buildRecorder(emptyFolder(join(out, 'recorder')));
  settleModes(out);
  return packages;
}
