import { join } from 'node:path';
import { AnnalsError } from '../../core/errors.ts';
import type { Clock } from '../../core/micros.ts';
import { decodeBase64, encodeBase64 } from '../../integrity/base64.ts';
import { type Checkpoint, openCheckpoint } from '../../integrity/checkpoint.ts';
import { leafHash, sameHash } from '../../integrity/hash.ts';
import { parseKnownKey } from '../../integrity/known-key.ts';
import { leafTextOf } from '../../integrity/leaf-text.ts';
import { type PersonalPaths, personalPaths } from '../../integrity/personal.ts';
import { renameDurably } from '../../runtime/write-file-atomically.ts';
import type { Disk } from '../disk.ts';
import type { ProofStartRecord } from '../journal.ts';
import type { ExportLimits } from '../limits.ts';
import { BlockWriter } from '../sinks/block-writer.ts';
import { ExternalSorter } from '../sorting/external-sorter.ts';
import type { Entry } from '../stages.ts';
import type { WorkDirectory } from '../work-directory.ts';
import { readSequence } from './event-header.ts';
import { findChangedEvent } from './find-changed-event.ts';
import { formatProofHeader, formatProofLine } from './proof-file.ts';
import { type FetchHashes, type ProvedEvent, proofLines } from './proof-lines.ts';
import type { ProofServer } from './proof-server.ts';
import { TreeCheck } from './tree-check.ts';

export interface ProverSettings {
  readonly server: ProofServer;
  readonly work: WorkDirectory;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly limits: ExportLimits;
  readonly redacted: boolean;
  readonly signal: AbortSignal;
}

/** What is known about a finished proof file. */
export interface ProofFacts {
  readonly name: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes the proof of an export while its events are written. They come in the order of the export, and the proof has them
 * in the order of the log, so they are sorted on disk. What was added is durable after `flush`, and a later run may add it
 * again. The checkpoint is fixed before the first event, and the export is one of the log of that size.
 */
export class Prover {
  readonly #settings: ProverSettings;
  readonly #start: ProofStartRecord;
  readonly #checkpoint: Checkpoint;
  readonly #paths: PersonalPaths;
  readonly #sorter: ExternalSorter;

  private constructor(settings: ProverSettings, start: ProofStartRecord) {
    const { work, disk, clock, limits } = settings;
    const { path: workDirectory, journal, state } = work;
    this.#settings = settings;
    this.#start = start;
    this.#checkpoint = openCheckpoint(start.checkpoint, start.keys.map(parseKnownKey)).checkpoint;
    this.#paths = personalPaths(start.personalPaths);
    this.#sorter = new ExternalSorter(
      { disk, clock, limits, journal, workDirectory },
      { runs: state.runs, position: undefined },
    );
  }

  /** Fetches a checkpoint, or takes the one with which an earlier run of the export began. */
  static async open(settings: ProverSettings): Promise<Prover> {
    const { server, signal, work } = settings;
    const earlier = work.state.proof;
    if (earlier !== undefined) return new Prover(settings, earlier);
    const { current, previous, personalPaths } = await server.keys(signal);
    const start: ProofStartRecord = {
      kind: 'proof',
      checkpoint: await server.checkpoint(signal),
      keys: [current, ...previous],
      personalPaths,
    };
    const prover = new Prover(settings, start);
    await work.journal.append(start);
    return prover;
  }

  /** The size of the log that is exported. */
  get snapshot(): number {
    return this.#checkpoint.size;
  }

  async add(entries: readonly Entry[]): Promise<void> {
    const { redacted } = this.#settings;
    await this.#sorter.add({
      entries: entries.map(({ text, id, salt }) => {
        const leaf = leafHash(leafTextOf(text, redacted ? undefined : salt, this.#paths));
        const kept = redacted || salt === undefined ? '' : encodeBase64(salt);
        return { id, at: readSequence(text, id), text: `${encodeBase64(leaf)} ${kept}` };
      }),
    });
  }

  /** Makes what was added durable. */
  flush(): Promise<void> {
    return this.#sorter.flush();
  }

  /**
   * Writes the proof file, whole and durable once resolved, unless an earlier run did. Rejects with `corrupt`, and leaves no
   * file of that name, when events and hashes do not lead to the checkpoint: then the server did not send what is in its
   * log.
   */
  async finish(directory: string, name: string, entries: number): Promise<ProofFacts> {
    const { disk, limits, work, redacted } = this.#settings;
    const { checkpoint, keys, personalPaths } = this.#start;
    const partial = join(work.path, 'proof.part');
    const path = join(directory, name);
    const done = work.state.proofFile;
    if (done !== undefined) {
      if ((await disk.size(partial)) !== undefined) await disk.rename(partial, path);
      await disk.syncDirectory(directory);
      return { name, bytes: done.bytes, sha256: done.sha256 };
    }
    await this.#sorter.flush();
    const writer = await BlockWriter.open(disk, partial, limits.blockBytes, {
      compress: undefined,
    });
    try {
      writer.add(formatProofHeader({ checkpoint, keys, personalPaths, entries, redacted }));
      const tree = new TreeCheck(this.#checkpoint.size);
      for await (const line of this.#lines()) {
        tree.add(line);
        if (writer.add(formatProofLine(line))) await writer.closeBlock();
      }
      if (tree.entries !== entries || !sameHash(tree.root(), this.#checkpoint.root)) {
        throw await this.#notProved(tree.entries);
      }
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    const facts = await writer.finish();
    await disk.syncDirectory(work.path);
    await work.journal.append({ kind: 'proof-file', ...facts });
    await renameDurably(disk, partial, path);
    return { name, ...facts };
  }

  /** Names the event that was changed, if one was. */
  async #notProved(entries: number): Promise<AnnalsError> {
    const { size } = this.#checkpoint;
    const cannotProve = 'Cannot prove the export';
    const changed = await findChangedEvent(size, this.#events(), this.#fetchHashes);
    return new AnnalsError(
      'corrupt',
      changed === undefined
        ? `${cannotProve}: its ${entries} events do not lead to the checkpoint of size ${size}`
        : `${cannotProve}: event ${changed} is not the one that was recorded. On the server, annals check names its file`,
    );
  }

  #lines() {
    const { redacted } = this.#settings;
    return proofLines(this.#checkpoint.size, this.#events(), redacted, this.#fetchHashes);
  }

  readonly #fetchHashes: FetchHashes = (size, runs) =>
    this.#settings.server.multiproof(size, runs, this.#settings.signal);

  async *#events(): AsyncGenerator<readonly ProvedEvent[]> {
    for await (const batch of this.#sorter.sorted()) {
      this.#settings.signal.throwIfAborted();
      yield batch.map(({ at, text }) => {
        const [leaf = '', salt = ''] = text.split(' ');
        return {
          sequence: at,
          salt: salt === '' ? undefined : decodeBase64(salt),
          leaf: Buffer.from(leaf, 'base64'),
        };
      });
    }
  }
}
