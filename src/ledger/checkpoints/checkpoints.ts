import { LRUCache } from 'lru-cache';
import { AnnalsError } from '../../core/errors.ts';
import { parseCheckpoint, signCheckpoint } from '../../integrity/checkpoint.ts';
import { addCosignatures } from '../../integrity/cosignature.ts';
import { Frontier } from '../../integrity/frontier.ts';
import { sameHash } from '../../integrity/hash.ts';
import type { SigningKey, VerifierKey } from '../../integrity/keys.ts';
import { formatSignature, parseNote } from '../../integrity/note.ts';
import type { EventReader, Head } from '../../store/event-store.ts';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { growFrontier } from '../log-tree.ts';
import type { CheckpointArchive, IssuedCheckpoint } from './archive.ts';

export interface CheckpointsOptions {
  readonly reader: Pick<EventReader, 'head' | 'treeNodes'>;
  readonly archive: CheckpointArchive;
  /** Its name is the name of the server, with which every origin begins. */
  readonly key: SigningKey;
  readonly witnesses: readonly VerifierKey[];
  /** Called with each checkpoint once it is in the archive. Must not throw. */
  readonly onIssued?: (checkpoint: IssuedCheckpoint) => void;
  /** Called when a log that grew could not be signed. Must not throw. */
  readonly onFailed?: (organisation: string, error: unknown) => void;
}

/** The last checkpoint of a log, and the frontier of its tree at that size, once it was checked. */
interface SignedLog {
  readonly checkpoint: IssuedCheckpoint;
  readonly frontier?: Uint8Array;
}

/** Of so many logs the last checkpoint and the frontier are kept: some 2 kB each. */
const maxSignedLogs = 1_000;
/** How many logs are signed at a time: enough to share commits, and few enough to leave the readers to requests. */
const maxConcurrent = 16;

/**
 * Signs the heads of logs. A new head must have grown out of the last signed one: its root is computed from the old
 * frontier and the leaves that the store has after it. A log that was rolled back or rebuilt is rejected with `corrupt`,
 * and is not signed. A checkpoint is in the archive before anybody sees it.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  /** Of logs that were signed lately. What is not here is read from the archive and the store again. */
  readonly #signed = new LRUCache<string, SignedLog>({ max: maxSignedLogs });
  readonly #signing = new Map<string, Promise<void>>();
  #grown = new Set<string>();
  #round: Promise<void> | undefined;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /** `<server name>/<organisation>`: the name of a log in its checkpoints. */
  origin(organisation: string): string {
    return `${this.#options.key.name}/${organisation}`;
  }

  /** Call it when a log grew: the log is signed in the next round. */
  markGrown(organisation: string): void {
    this.#grown.add(organisation);
  }

  /** Signs every log that grew since it was last signed. Call it regularly. Never rejects. */
  async round(): Promise<void> {
    this.#round ??= this.#signGrown().finally(() => {
      this.#round = undefined;
    });
    await this.#round;
  }

  /** A checkpoint with at least the events that the log has at the time of the call. Signs one if need be. */
  async current(organisation: string): Promise<IssuedCheckpoint> {
    const size = await this.#bringUpToDate(organisation);
    return (await this.ofSize(organisation, size))!;
  }

  /** The checkpoint that was issued at that size, with its cosignatures; undefined when there was none. */
  ofSize(organisation: string, size: number): Promise<IssuedCheckpoint | undefined> {
    return this.#options.archive.find(organisation, size);
  }

  /**
   * Keeps cosignatures of a checkpoint that we issued. `message` is the checkpoint with the lines of witnesses. Resolves
   * with the checkpoint and all its cosignatures. Rejects with `invalid` when it is not a checkpoint or no known witness
   * signed it, with `not-found` when none was issued at that size, with `conflict` when that one is different.
   */
  async cosign(organisation: string, message: string): Promise<IssuedCheckpoint> {
    const offered = parseNote(message);
    const { size } = parseCheckpoint(offered.text);
    const kept = await this.ofSize(organisation, size);
    if (kept === undefined) {
      throw new AnnalsError(
        'not-found',
        `Cannot keep the cosignatures: no checkpoint was issued at size ${size}`,
      );
    }
    const { text, signatures: before } = parseNote(kept.message);
    if (text !== offered.text) {
      throw new AnnalsError(
        'conflict',
        `Cannot keep the cosignatures: the checkpoint that was issued at size ${size} is different`,
      );
    }
    // New ones first: of two by the same witness the first one counts.
    const known = new Set(before.map(formatSignature));
    const lines = offered.signatures.map(formatSignature);
    lines.sort((one, other) => Number(known.has(one)) - Number(known.has(other)));
    const bare = { text, signatures: [] };
    const { signatures } = addCosignatures(bare, lines.join(''), this.#options.witnesses);
    const cosignatures = signatures.map((signature) => ({
      witness: `${signature.name}+${signature.id}`,
      line: formatSignature(signature),
    }));
    await this.#options.archive.cosign(organisation, size, cosignatures);
    return (await this.ofSize(organisation, size))!;
  }

  async #signGrown(): Promise<void> {
    const grown = this.#grown;
    this.#grown = new Set();
    await forEachConcurrent(grown, maxConcurrent, async (organisation) => {
      await this.#bringUpToDate(organisation).catch((error: unknown) => {
        this.#options.onFailed?.(organisation, error);
      });
    });
  }

  /** Returns the size of the newest checkpoint afterwards. */
  async #bringUpToDate(organisation: string): Promise<number> {
    let signed = await this.#lastSigned(organisation);
    const head = await this.#options.reader.head(organisation);
    const before = sizeOf(signed);
    if (head.size < before) throw logRolledBack(organisation, before, head);
    for (;;) {
      signed = this.#signed.get(organisation) ?? (await this.#lastSigned(organisation));
      if (sizeOf(signed) >= head.size) return sizeOf(signed);
      await (this.#signing.get(organisation) ?? this.#sign(organisation, head));
    }
  }

  async #lastSigned(organisation: string): Promise<SignedLog | undefined> {
    const known = this.#signed.get(organisation);
    if (known !== undefined) return known;
    const checkpoint = await this.#options.archive.newest(organisation);
    // It may have been signed meanwhile.
    const signed = this.#signed.get(organisation) ?? (checkpoint && { checkpoint });
    if (signed !== undefined) this.#signed.set(organisation, signed);
    return signed;
  }

  /** One at a time for each log. */
  #sign(organisation: string, head: Head): Promise<void> {
    const signing = this.#issue(organisation, head).finally(() => {
      this.#signing.delete(organisation);
    });
    this.#signing.set(organisation, signing);
    return signing;
  }

  async #issue(organisation: string, head: Head): Promise<void> {
    const { archive, key, onIssued } = this.#options;
    const frontier = await this.#signedFrontier(organisation);
    if (frontier.size > head.size) return;
    await growFrontier(frontier, head.size, this.#options.reader, organisation);
    if (!sameHash(frontier.root(), head.root)) {
      throw new AnnalsError(
        'corrupt',
        `Cannot sign a checkpoint of ${organisation} at size ${head.size}: its tree leads to another root than the stored one`,
      );
    }
    const { size, root } = head;
    const message = signCheckpoint({ origin: this.origin(organisation), size, root }, [key]);
    const checkpoint = { organisation, size, root, message };
    await archive.add(checkpoint);
    this.#signed.set(organisation, { checkpoint, frontier: frontier.toBytes() });
    onIssued?.(checkpoint);
  }

  /** A copy of the frontier at the last signed size. */
  async #signedFrontier(organisation: string): Promise<Frontier> {
    const signed = await this.#lastSigned(organisation);
    if (signed === undefined) return new Frontier();
    const { size, root } = signed.checkpoint;
    if (signed.frontier !== undefined) return Frontier.fromBytes(size, signed.frontier);
    const frontier = new Frontier();
    await growFrontier(frontier, size, this.#options.reader, organisation);
    if (!sameHash(frontier.root(), root)) throw logRebuilt(organisation, size);
    return frontier;
  }
}

/** An empty log can be signed too, at size 0. */
function sizeOf(signed: SignedLog | undefined): number {
  return signed?.checkpoint.size ?? -1;
}

export function logRolledBack(
  log: string,
  issued: number,
  { size }: Pick<Head, 'size'>,
): AnnalsError {
  return new AnnalsError(
    'corrupt',
    `The log of ${log} was rolled back: it has ${size} events, but a checkpoint of ${issued} was issued`,
  );
}

export function logRebuilt(log: string, size: number): AnnalsError {
  return new AnnalsError(
    'corrupt',
    `The log of ${log} was rebuilt: its first ${size} events are not those of the checkpoint that was issued`,
  );
}
