import { basename, dirname, join, resolve } from 'node:path';
import { AnnalsError } from '../../core/errors.ts';
import type { Disk } from '../disk.ts';
import { type ManifestClaims, parseManifest } from '../manifest-schema.ts';
import { manifestSuffix, proofSuffix } from '../output-names.ts';

/** What belongs together: the files of one export, and what stands beside them to check them by. */
export interface FoundExport {
  /** What to call it: the manifest, or what was given in its absence. */
  readonly name: string;
  readonly directory: string;
  /** As text; it may turn out to be none. */
  readonly manifest: string | undefined;
  /** Names, in the order of the export; with a manifest it knows them better. */
  readonly files: readonly string[];
  readonly proof: string | undefined;
}

/**
 * Finds the exports that the given paths are of: files, manifests, proofs, or directories with manifests in them. A
 * file whose manifest stands beside it stands for its whole export, so that what else belongs to it cannot be left
 * out unseen. Throws `invalid` for a path where nothing is.
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
  /** Manifests of a directory that can be read. */
  readonly #manifests = new Map<string, Promise<ReadonlyMap<string, ManifestClaims>>>();
  readonly #loose: string[] = [];
  readonly #looseProofs: string[] = [];

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
    (path.endsWith(proofSuffix) ? this.#looseProofs : this.#loose).push(path);
  }

  async finish(): Promise<FoundExport[]> {
    const found = [...this.#byManifest.values()];
    const [proof, ...others] = this.#looseProofs;
    if (proof !== undefined && others.length > 0) {
      throw new AnnalsError(
        'invalid',
        `Cannot tell which files ${proof} is the proof of: give one proof without a manifest at a time`,
      );
    }
    if (proof !== undefined) {
      // Without a manifest the order of an export is that in which its files were given.
      const directory = dirname(proof);
      const files = this.#loose.map((path) => relativeTo(directory, path));
      found.push({ name: proof, directory, manifest: undefined, files, proof: basename(proof) });
      return found;
    }
    for (const path of this.#loose) {
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

  /** The manifests beside a file that speak of it. */
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
        // Whatever it is, it does not say that the file is its own.
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
