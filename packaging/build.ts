/**
 * `npm run build [directory]`: what is published, as folders that `npm pack` and `npm publish` take: `annals` in
 * `dist/annals`. Everything else runs the source as it is (docs/decisions/044-packages.md).
 */
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, commandModules } from './bundle.ts';
import { commandManifest, readRepositoryManifest } from './manifests.ts';
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
  writeJson(join(directory, 'package.json'), commandManifest(readRepositoryManifest(root)));
}

const out = resolve(process.argv[2] ?? join(root, 'dist'));
await buildCommand(emptyFolder(join(out, 'annals')));
process.stdout.write(`Built ${join(out, 'annals')}\n`);
