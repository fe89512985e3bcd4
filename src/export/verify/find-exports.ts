import { basename, dirname, join, resolve } from 'node:path';
import { AnnalsError } from '../../core/errors.ts';
import type { Disk } from '../disk.ts';
import { type ManifestClaims, parseManifest } from '../manifest-schema.ts';
import { manifestSuffix, proofSuffix } from '../output-names.ts';

/** What belongs together: the files of one export, and its manifest and proof. */
export interface FoundExport {
  /** Its name in reports: the manifest, or the path that was given when there is none. */
  readonly name: string;
  readonly directory: string;
  /** Its text, which may not be a manifest after all. */
  readonly manifest: string | undefined;
  /** Names, in the order of the export. Empty with a manifest, which has them. */
  readonly files: readonly string[];
  readonly proof: string | undefined;
}

/**
 * Finds the exports of some paths: files, manifests, proofs, or directories with manifests in them. A file with its manifest
 * beside it means its whole export, so that no other file of it can be left out unseen. Throws `invalid` for a path that
 * does not exist.
 */
export async function findExports(
  paths: readonly string[],
  cwd: string,
  disk: Disk,
): Promise<FoundExport[]> {
  const finder = new Finder(disk);
  for (const path of paths) await finder.add(resolve(cwd, path), path);
  return finder.finish();
}

class Finder {
  readonly #disk: Disk;
  readonly #byManifest = new Map<string, FoundExport>();
  /** The manifests of each directory that can be read. */
  readonly #manifests = new Map<string, Promise<ReadonlyMap<string, ManifestClaims>>>();
  /** Files and proofs without a manifest. */
  readonly #files: string[] = [];
  readonly #proofs: string[] = [];

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async add(path: string, given: string): Promise<void> {
    if (await this.#disk.isDirectory(path)) {
      const names = (await this.#disk.names(path)).filter((name) => name.endsWith(manifestSuffix));
      if (names.length === 0) throw cannotVerify(given, 'there is no manifest in it');
      for (const name of names.toSorted()) await this.#takeManifest(join(path, name));
      return;
    }
    if (path.endsWith(manifestSuffix)) {
      if ((await this.#disk.size(path)) === undefined)
        throw cannotVerify(given, 'there is no such file');
      await this.#takeManifest(path);
      return;
    }
    const owners = await this.#ownersOf(path);
    for (const owner of owners) await this.#takeManifest(owner);
    if (owners.length > 0) return;
    if ((await this.#disk.size(path)) === undefined)
      throw cannotVerify(given, 'there is no such file');
    (path.endsWith(proofSuffix) ? this.#proofs : this.#files).push(path);
  }

  async finish(): Promise<FoundExport[]> {
    const found = [...this.#byManifest.values()];
    const [proof, ...others] = this.#proofs;
    if (proof !== undefined && others.length > 0) {
      throw new AnnalsError(
        'invalid',
        `Cannot tell to which files ${proof} belongs: give one proof without a manifest at a time`,
      );
    }
    if (proof !== undefined) {
      // Without a manifest the order of the files is the one in which they were given.
      const directory = dirname(proof);
      const files = this.#files.map((path) => relativeTo(directory, path));
      found.push({ name: proof, directory, manifest: undefined, files, proof: basename(proof) });
      return found;
    }
    for (const path of this.#files) {
      const directory = dirname(path);
      const sibling = `${basename(path).replace(/\.[^.]+(\.gz|\.zst)?$/, '')}${proofSuffix}`;
      const proved = (await this.#disk.size(join(directory, sibling))) !== undefined;
      found.push({
        name: path,
        directory,
        manifest: undefined,
        files: [basename(path)],
        proof: proved ? sibling : undefined,
      });
    }
    return found;
  }

  async #takeManifest(path: string): Promise<void> {
    if (this.#byManifest.has(path)) return;
    const directory = dirname(path);
    const manifest = await this.#disk.readText(path);
    this.#byManifest.set(path, { name: path, directory, manifest, files: [], proof: undefined });
  }

  /** The manifests beside a file that name it. */
  async #ownersOf(path: string): Promise<string[]> {
    const name = basename(path);
    const manifests = await this.#manifestsIn(dirname(path));
    return [...manifests]
      .filter(([, { files, proof }]) => [...files, proof].some((each) => each?.name === name))
      .map(([manifest]) => manifest);
  }

  #manifestsIn(directory: string): Promise<ReadonlyMap<string, ManifestClaims>> {
    const known = this.#manifests.get(directory) ?? this.#readManifests(directory);
    this.#manifests.set(directory, known);
    return known;
  }

  async #readManifests(directory: string): Promise<ReadonlyMap<string, ManifestClaims>> {
    const manifests = new Map<string, ManifestClaims>();
    for (const name of await this.#disk.names(directory)) {
      if (!name.endsWith(manifestSuffix)) continue;
      const text = await this.#disk.readText(join(directory, name));
      try {
        manifests.set(join(directory, name), parseManifest(text ?? ''));
      } catch {
        // It is not a manifest, so it does not name the file.
      }
    }
    return manifests;
  }
}

function relativeTo(directory: string, path: string): string {
  return dirname(path) === directory ? basename(path) : path;
}

function cannotVerify(given: string, why: string): AnnalsError {
  return new AnnalsError('invalid', `Cannot verify ${given}: ${why}`);
}
