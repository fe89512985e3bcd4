/**
 * `npm run build [directory]`: what is published, as folders that `npm pack` and `npm publish` take: `annals` in
 * `dist/annals` and `@annals/recorder` in `dist/recorder`. Everything else runs the source as it is (docs/decisions/044-packages.md).
 */
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, commandModules } from './bundle.ts';
import { writeRecorderDeclarations } from './declarations.ts';
import { commandManifest, readRepositoryManifest, recorderManifest } from './manifests.ts';
import { notices } from './notices.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** An empty folder: nothing of an earlier build, and nothing that somebody left there, may get into a package. */
function emptyFolder(directory: string): string {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

async function buildCommand(directory: string): Promise<void> {
  const dist = join(directory, 'dist');
  const input = commandModules(root);
  const packages = await bundle(root, { input, format: 'esm', directory: dist });
  mkdirSync(join(directory, 'bin'));
  cpSync(join(root, 'bin/annals.js'), join(directory, 'bin/annals.js'));
  chmodSync(join(directory, 'bin/annals.js'), 0o755);
  for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, file), join(directory, file));
  cpSync(join(root, 'packaging/annals/README.md'), join(directory, 'README.md'));
  writeFileSync(join(directory, 'THIRD-PARTY-NOTICES'), notices(packages));
  writeJson(join(directory, 'package.json'), commandManifest(manifest));
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

const manifest = readRepositoryManifest(root);
const out = resolve(process.argv[2] ?? join(root, 'dist'));
await buildCommand(emptyFolder(join(out, 'annals')));
await buildRecorder(emptyFolder(join(out, 'recorder')));
process.stdout.write(`Built annals and @annals/recorder ${manifest.version} in ${out}\n`);
