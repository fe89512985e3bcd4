import {
  type CheckpointArchive,
  type Cosignature,
  type IssuedCheckpoint,
  notNewerError,
  type Retirement,
  type SignedHeads,
} from './archive.ts';

interface Entry {
  readonly checkpoint: IssuedCheckpoint;
  /** Lines by witness. */
  readonly cosignatures: Map<string, string>;
}

/** An archive without a disk, for tests. */
export class MemoryArchive implements CheckpointArchive {
  /** By organisation, in the order of their sizes. */
  readonly #entries = new Map<string, Entry[]>();
  #retired: readonly Retirement[] = [];

  async newest(organisation: string): Promise<IssuedCheckpoint | undefined> {
    const entry = this.#entries.get(organisation)?.at(-1);
    return entry && withCosignatures(entry);
  }

  async signedHeads(): Promise<SignedHeads> {
    const newest = this.#newest();
    return {
      organisations: newest.map(({ organisation }) => organisation),
      sizes: Float64Array.from(newest, ({ size }) => size),
      roots: Buffer.concat(newest.map(({ root }) => root)),
    };
  }

  async find(organisation: string, size: number): Promise<IssuedCheckpoint | undefined> {
    const entry = this.#find(organisation, size);
    return entry && withCosignatures(entry);
  }

  async add(checkpoint: IssuedCheckpoint): Promise<void> {
    const entries = this.#entries.get(checkpoint.organisation) ?? [];
    const newest = entries.at(-1)?.checkpoint.size ?? -1;
    if (checkpoint.size <= newest) throw notNewerError(checkpoint);
    entries.push({ checkpoint, cosignatures: new Map() });
    this.#entries.set(checkpoint.organisation, entries);
  }

  async cosign(
    organisation: string,
    size: number,
    cosignatures: readonly Cosignature[],
  ): Promise<void> {
    const entry = this.#find(organisation, size);
    for (const { witness, line } of cosignatures) entry?.cosignatures.set(witness, line);
  }

  async retire(key: string): Promise<void> {
    const others = this.#retired.filter((each) => each.key !== key);
    const now = this.#newest().map(({ organisation, size }) => ({ key, organisation, upTo: size }));
    this.#retired = [...others, ...now];
  }

  async retired(): Promise<readonly Retirement[]> {
    return this.#retired;
  }

  async close(): Promise<void> {}

  #newest(): IssuedCheckpoint[] {
    return [...this.#entries.values()].map((entries) => entries.at(-1)!.checkpoint);
  }

  #find(organisation: string, size: number): Entry | undefined {
    return this.#entries.get(organisation)?.find(({ checkpoint }) => checkpoint.size === size);
  }
}

function withCosignatures({ checkpoint, cosignatures }: Entry): IssuedCheckpoint {
  const lines = [...cosignatures.keys()].sort().map((witness) => cosignatures.get(witness)!);
  return { ...checkpoint, message: checkpoint.message + lines.join('') };
}
