import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  createReadStream,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { compress, writeTar } from './archive.ts';
import { type DebianPackage, installLibraries } from './debian.ts';

export interface ImageParts {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** The program of Node. */
  readonly node: string;
  /** The folder of the built package. */
  readonly annals: string;
  /** Named by Node's licence. */
  readonly nodeLicence: string;
}

/** Nobody on the host has it, and Debian gives it to no one. */
const user = 65_532;
const dataDirectory = '/var/lib/annals';
const second = 1_000_000_000;

interface Blob {
  readonly digest: string;
  readonly size: number;
}

/**
 * Writes an image for linux/amd64 from scratch: Node, the libraries that it needs, and the package. The archive is one of
 * OCI, and has what `docker load` of before version 25 reads too. Returns the packages of Debian that are in it. `work` is
 * an empty directory.
 */
export async function writeImage(
  parts: ImageParts,
  file: string,
  work: string,
): Promise<DebianPackage[]> {
  const folder = (name: string) => {
    mkdirSync(join(work, name), { recursive: true });
    return join(work, name);
  };
  const system = folder('system');
  const packages = installLibraries(system, folder('debian'));
  layOutSystem(system, parts);
  const program = folder('program');
  layOutProgram(program, parts);
  const data = folder('data');
  mkdirSync(join(data, dataDirectory), { recursive: true });

  const layout = folder('layout');
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const layers = [
    await writeLayer(layout, work, system, ['etc', 'lib64', 'tmp', 'usr']),
    await writeLayer(layout, work, program, ['usr']),
    // The volume takes its owner from here.
    await writeLayer(layout, work, data, [dataDirectory.slice(1)], {
      owner: user,
      mode: 'u=rwX,go=',
    }),
  ];
  const config = writeBlob(layout, configOf(parts, layers));
  const manifest = writeBlob(layout, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: layers.map(({ digest, size }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest,
      size,
    })),
  });
  writeJson(join(layout, 'oci-layout'), { imageLayoutVersion: '1.0.0' });
  writeJson(join(layout, 'index.json'), {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        ...manifest,
        platform: { architecture: 'amd64', os: 'linux' },
        annotations: {
          'io.containerd.image.name': `docker.io/library/annals:${parts.version}`,
          'org.opencontainers.image.ref.name': parts.version,
        },
      },
    ],
  });
  const blob = ({ digest }: Blob) => `blobs/sha256/${digest.slice('sha256:'.length)}`;
  writeJson(join(layout, 'manifest.json'), [
    { Config: blob(config), RepoTags: [`annals:${parts.version}`], Layers: layers.map(blob) },
  ]);
  writeTar(layout, ['blobs', 'index.json', 'manifest.json', 'oci-layout'], file);
  return packages;
}

function layOutSystem(root: string, { node, nodeLicence }: ImageParts): void {
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  mkdirSync(join(root, 'usr/share/doc/node'), { recursive: true });
  mkdirSync(join(root, 'tmp'));
  copyFileSync(node, join(root, 'usr/bin/node'));
  copyFileSync(nodeLicence, join(root, 'usr/share/doc/node/LICENSE'));
  const files = {
    passwd: `root:x:0:0::/:/nonexistent\nannals:x:${user}:${user}::${dataDirectory}:/nonexistent\n`,
    group: `root:x:0:\nannals:x:${user}:\n`,
    'nsswitch.conf': 'hosts: files dns\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'etc', name), text);
}

function layOutProgram(root: string, { annals }: ImageParts): void {
  const installed = join(root, 'usr/lib/annals');
  cpSync(annals, installed, { recursive: true });
  const program = join(installed, 'bin/annals.js');
  // There is no `env` in the image.
  const text = readFileSync(program, 'utf8').replace('#!/usr/bin/env node', '#!/usr/bin/node');
  writeFileSync(program, text);
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync('../lib/annals/bin/annals.js', join(root, 'usr/bin/annals'));
}

function configOf(
  { version, description, license }: ImageParts,
  layers: readonly Layer[],
): unknown {
  return {
    // Some programs cannot do without it; no time is true for every build.
    created: '1970-01-01T00:00:00Z',
    architecture: 'amd64',
    os: 'linux',
    config: {
      User: `${user}:${user}`,
      ExposedPorts: { '8420/tcp': {} },
      Env: [
        'PATH=/usr/bin',
        `HOME=${dataDirectory}`,
        `ANNALS_DATA=${dataDirectory}`,
        'ANNALS_HOST=0.0.0.0',
        'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
      ],
      Entrypoint: ['/usr/bin/annals'],
      Cmd: ['serve'],
      Volumes: { [dataDirectory]: {} },
      WorkingDir: dataDirectory,
      StopSignal: 'SIGTERM',
      Labels: {
        'org.opencontainers.image.title': 'annals',
        'org.opencontainers.image.description': description,
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.licenses': license,
      },
      // Docker's: OCI has no such member, and who does not know it ignores it.
      Healthcheck: {
        Test: ['CMD', '/usr/bin/annals', 'healthcheck'],
        Interval: 30 * second,
        Timeout: 10 * second,
        StartPeriod: 60 * second,
        Retries: 3,
      },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ content }) => content) },
    history: layers.map(() => ({ created_by: 'npm run release' })),
  };
}

interface Layer extends Blob {
  /** The digest of what is compressed in it. */
  readonly content: string;
}

async function writeLayer(
  layout: string,
  work: string,
  root: string,
  entries: readonly string[],
  ownership = {},
): Promise<Layer> {
  const [tar, compressed] = [join(work, 'layer.tar'), join(work, 'layer.tar.gz')];
  writeTar(root, entries, tar, ownership);
  await compress(tar, compressed);
  const digest = await digestOf(compressed);
  const blob = join(layout, 'blobs/sha256', digest.slice('sha256:'.length));
  renameSync(compressed, blob);
  return { digest, size: statSync(blob).size, content: await digestOf(tar) };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}

function writeBlob(layout: string, value: unknown): Blob {
  const bytes = Buffer.from(JSON.stringify(value));
  const hex = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(layout, 'blobs/sha256', hex), bytes);
  return { digest: `sha256:${hex}`, size: bytes.length };
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
}
