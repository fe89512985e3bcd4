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
  /** The newest checkpoint of each log, as the archive has them. */
  readonly newest: readonly IssuedCheckpoint[];
  /** Its name is the server's, the first part of every origin. */
  readonly key: SigningKey;
  readonly witnesses: readonly VerifierKey[];
  /** Told of each checkpoint once it is kept. Must not throw. */
  readonly onIssued?: (checkpoint: IssuedCheckpoint) => void;
  /** Told when a log that grew could not be signed. Must not throw. */
  readonly onFailed?: (organisation: string, error: unknown) => void;
}

/** What was last signed of a log, and the edge of its tree there once that was checked. */
interface SignedLog {
  readonly checkpoint: IssuedCheckpoint;
  readonly frontier?: Frontier;
}

/** Logs signed at a time: enough for them to share the disk, few enough to leave the readers to others. */
const maxConcurrent = 16;

/**
 * Signs the heads of logs. Whatever is signed grew out of what was signed before: the new root is made of the old
 * tree's edge and the leaves that the store has behind it, so a log that was set back, or rebuilt, is refused with
 * `corrupt` and stays unsigned. A checkpoint is kept before anybody sees it.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  readonly #signed: Map<string, SignedLog>;
  readonly #signing = new Map<string, Promise<void>>();
  #grown = new Set<string>();
  #round: Promise<void> | undefined;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
    this.#signed = new Map(
      options.newest.map((checkpoint) => [checkpoint.organisation, { checkpoint }]),
    );
  }

  /** `<server name>/<organisation>`: how a log is called in its checkpoints. */
  origin(organisation: string): string {
    return `${this.#options.key.name}/${organisation}`;
  }

  /** To be called when events were added to a log; it is signed in the next round. */
  markGrown(organisation: string): void {
    this.#grown.add(organisation);
  }

  /** Signs every log that grew since it was last signed. To be called now and then; never rejects. */
  async round(): Promise<void> {
    this.#round ??= this.#signGrown().finally(() => {
      this.#round = undefined;
    });
    await this.#round;
  }

  /** A checkpoint that has at least the events that were in the log when it was asked for, signed now if need be. */
  async current(organisation: string): Promise<IssuedCheckpoint> {
    await this.#bringUpToDate(organisation);
    const { size } = this.#signed.get(organisation)!.checkpoint;
    return (await this.ofSize(organisation, size))!;
  }

  /** The checkpoint that was issued at that size, if there was one, with its cosignatures. */
  ofSize(organisation: string, size: number): Promise<IssuedCheckpoint | undefined> {
    return this.#options.archive.find(organisation, size);
  }

  /**
   * Keeps what witnesses said of a checkpoint that we issued, given as the checkpoint with their lines below it, and
   * gives it with all that is kept. Rejects with `invalid` when it is no checkpoint or no known witness signed it,
   * with `not-found` when none was issued at that size, with `conflict` when that one said something else.
   */
  async cosign(organisation: string, message: string): Promise<IssuedCheckpoint> {
    const offered = parseNote(message);
    const { size } = parseCheckpoint(offered.text);
    const kept = await this.ofSize(organisation, size);
    if (kept === undefined) {
      throw new AnnalsError('not-found', `No checkpoint was issued at size ${size}`);
    }
    const { text, signatures: before } = parseNote(kept.message);
    if (text !== offered.text) {
      throw new AnnalsError(
        'conflict',
        `Cannot keep the cosignatures: the checkpoint issued at size ${size} says something else`,
      );
    }
    // New ones first: of two by the same witness the first is taken.
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

  async #bringUpToDate(organisation: string): Promise<void> {
    const { reader } = this.#options;
    const before = this.#signed.get(organisation)?.checkpoint.size ?? -1;
    const head = await reader.head(organisation);
    if (head.size < before) throw logRolledBack(organisation, before, head);
    while ((this.#signed.get(organisation)?.checkpoint.size ?? -1) < head.size) {
      await (this.#signing.get(organisation) ?? this.#sign(organisation, head));
    }
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
    await growFrontier(frontier, head.size, this.#options.reader, organisation);
    if (!sameHash(frontier.root(), head.root)) {
      throw new AnnalsError(
        'corrupt',
        `Cannot sign a checkpoint of ${organisation} at size ${head.size}: its tree leads to another root than the one stored`,
      );
    }
    const { size, root } = head;
    const message = signCheckpoint({ origin: this.origin(organisation), size, root }, [key]);
    const checkpoint = { organisation, size, root, message };
    await archive.add(checkpoint);
    this.#signed.set(organisation, { checkpoint, frontier });
    onIssued?.(checkpoint);
  }

  /** The edge of the tree as it was last signed, of the caller's own. */
  async #signedFrontier(organisation: string): Promise<Frontier> {
    const signed = this.#signed.get(organisation);
    if (signed === undefined) return new Frontier();
    if (signed.frontier !== undefined) return signed.frontier.clone();
    const frontier = new Frontier();
    const { size, root } = signed.checkpoint;
    await growFrontier(frontier, size, this.#options.reader, organisation);
    if (!sameHash(frontier.root(), root)) throw logRebuilt(organisation, size);
    return frontier;
  }
}

export function logRolledBack(
  log: string,
  issued: number,
  { size }: Pick<Head, 'size'>,
): AnnalsError {
  return new AnnalsError(
    'corrupt',
    `The log of ${log} was set back: it has ${size} events, but a checkpoint of ${issued} was issued`,
  );
}

export function logRebuilt(log: string, size: number): AnnalsError {
  return new AnnalsError(
    'corrupt',
    `The log of ${log} was rebuilt: its first ${size} events are not those for which a checkpoint was issued`,
  );
}
