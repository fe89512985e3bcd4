import { setImmediate } from 'node:timers/promises';
import { Frontier } from '../integrity/frontier.ts';
import { type Hash, hashAt, hashBytes, sameHash } from '../integrity/hash.ts';
import type { LiveFile } from '../store/segmented/catalogue.ts';
import { type LeafRun, leafRunsIn, logEndsIn } from '../store/segmented/leaf-runs.ts';

/** What is known of a log from elsewhere: its root when it had so many events. */
export interface KnownRoot {
  readonly organisation: string;
  readonly size: number;
  readonly root: Hash;
}

/** The trees of logs as they grow by the leaf hashes in files. They meet what is known of them on the way. */
export class LogTrees {
  readonly #trees = new Map<string, Frontier>();
  /** Of each log what is known and not reached yet, the smallest size first. */
  readonly #known: Map<string, KnownRoot[]>;
  readonly #problems: string[] = [];
  /** Logs with a gap: nothing more is said of them. */
  readonly #broken = new Set<string>();

  constructor(known: readonly KnownRoot[] = []) {
    const bySize = known.toSorted((one, other) => one.size - other.size);
    this.#known = Map.groupBy(bySize, ({ organisation }) => organisation);
    for (const organisation of this.#known.keys())
      this.#meetKnown(organisation, this.tree(organisation));
  }

  /** Sentences about what does not fit together. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Compares what a log has grown to with its head. */
  compareHead({ organisation, size, root }: KnownRoot): void {
    const tree = this.tree(organisation);
    if (this.#broken.has(organisation) || (tree.size === size && sameHash(tree.root(), root)))
      return;
    this.#problems.push(
      tree.size === size
        ? `the tree over the ${size} events of ${organisation} does not lead to its root`
        : `${organisation} has ${size} events, and there are ${tree.size} in the files`,
    );
  }

  /** Call it at the end: what is known of a log, and was not reached, is ahead of it. */
  compareUnreached(): void {
    for (const [organisation, known] of this.#known) {
      const [ahead] = known;
      if (ahead === undefined || this.#broken.has(organisation)) continue;
      const { size } = this.tree(organisation);
      this.#problems.push(
        `${organisation} has ${size} events, and is known to have had ${ahead.size}`,
      );
    }
  }

  tree(organisation: string): Frontier {
    const tree = this.#trees.get(organisation) ?? new Frontier();
    this.#trees.set(organisation, tree);
    return tree;
  }

  /** Adds what the tree does not have yet. The runs of a log come in order. */
  grow({ organisation, first, hashes }: LeafRun): void {
    const tree = this.tree(organisation);
    const end = first + hashes.length / hashBytes;
    if (first > tree.size && !this.#broken.has(organisation)) {
      this.#problems.push(`events ${tree.size} to ${first - 1} of ${organisation} are in no file`);
      this.#broken.add(organisation);
    }
    if (this.#broken.has(organisation)) return;
    for (let sequence = tree.size; sequence < end; sequence += 1) {
      tree.append([hashAt(hashes, sequence - first)]);
      this.#meetKnown(organisation, tree);
    }
  }

  #meetKnown(organisation: string, tree: Frontier): void {
    const known = this.#known.get(organisation);
    while (known !== undefined && known[0]?.size === tree.size) {
      const { size, root } = known.shift()!;
      if (sameHash(tree.root(), root)) continue;
      this.#problems.push(
        `the first ${size} events of ${organisation} are not those that are known of it`,
      );
    }
  }
}

/** A file of the store, and where its copy is. */
export interface StoreCopy {
  readonly file: LiveFile;
  readonly path: string;
}

export interface GrowOptions {
  /** In the order of the catalogue. */
  readonly copies: readonly StoreCopy[];
  readonly known: readonly KnownRoot[];
  readonly signal: AbortSignal;
}

/**
 * Computes the trees of all logs from copies of a store, and compares them with their heads and with what is known of
 * them. It always begins with the first event: a backup that trusted the trees of the one before would not notice a file
 * of old events that is gone or another one.
 */
export async function growTrees({ copies, known, signal }: GrowOptions): Promise<LogTrees> {
  const trees = new LogTrees(known);
  for (const { file, path } of copies) {
    if (file.kind === 'ids') continue;
    await setImmediate();
    signal.throwIfAborted();
    for (const run of leafRunsIn(path, file.kind)) trees.grow(run);
  }
  for (const head of headsIn(copies)) trees.compareHead(head);
  trees.compareUnreached();
  return trees;
}

/** The heads of all logs, as the database of events with the highest number has them. */
export function headsIn(copies: readonly StoreCopy[]): readonly KnownRoot[] {
  const newest = copies.filter(({ file }) => file.kind === 'active').at(-1);
  if (newest === undefined) return [];
  return logEndsIn(newest.path).map(({ organisation, head: { size, root } }) => ({
    organisation,
    size,
    root,
  }));
}
