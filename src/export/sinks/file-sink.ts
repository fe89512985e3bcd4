import { dirname, join } from 'node:path';
import { copyText } from '../../core/copy-text.ts';
import type { Clock, Micros } from '../../core/micros.ts';
import { renameDurably } from '../../runtime/write-file-atomically.ts';
import type { Disk } from '../disk.ts';
import type { Journal, JournalState } from '../journal.ts';
import type { ExportLimits } from '../limits.ts';
import type { Entry, EntryFacts, FileFacts, Format, OutputFile, Sink } from '../stages.ts';
import { BlockWriter, type Compression } from './block-writer.ts';

export interface FileSinkSettings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly limits: ExportLimits;
  readonly journal: Journal;
  /** Where the files will be, and where they are until they are whole; on one file system. */
  readonly directory: string;
  readonly workDirectory: string;
  readonly outputFiles: readonly OutputFile[];
  readonly format: Format;
  readonly compress: Compression | undefined;
  /** Whether a period without entries has no file. */
  readonly skipEmpty: boolean;
  /** The source's position after an entry, if the source can continue there. */
  readonly positionAfter: ((entry: Entry) => string) | undefined;
  /** Makes durable what else is created from the entries, such as a proof. Called before a position is noted. */
  readonly beforeFlush?: () => Promise<void>;
  /** Called with the name of each file when it is begun. */
  readonly onFile: (name: string) => void;
}

/** The file that is being written. */
interface OpenFile {
  readonly output: OutputFile;
  readonly writer: BlockWriter;
  entries: number;
  first: EntryFacts | undefined;
  last: EntryFacts | undefined;
  /** The last entry written in this run. */
  lastWritten: Entry | undefined;
  /** Blocks closed since the file was last made durable, and when that was. */
  blocks: number;
  durableAt: Micros;
}

/**
 * Writes the files of an export one after the other. Each is written under a partial name, synced, noted in the journal
 * and only then renamed, so that a file with its final name is whole. A period without entries has a file too, unless
 * `skipEmpty` is set.
 */
export class FileSink implements Sink {
  readonly #settings: FileSinkSettings;
  readonly #done: FileFacts[];
  #resumeFrom: JournalState['openFile'];
  /** The source's position after the last entry written, when the last file was ended or continued. */
  #position: string | undefined;
  #open: OpenFile | undefined;

  private constructor(settings: FileSinkSettings, progress: JournalState) {
    this.#settings = settings;
    this.#done = progress.files.map(
      ({ kind: _, file: _file, position: _position, ...facts }) => facts,
    );
    this.#position = progress.position;
    this.#resumeFrom = settings.positionAfter === undefined ? undefined : progress.openFile;
  }

  /** Continues where the journal says. Files that were noted but not yet renamed are renamed now. */
  static async open(settings: FileSinkSettings, progress: JournalState): Promise<FileSink> {
    const { disk, directory, workDirectory } = settings;
    for (const { file, name, skipped } of progress.files) {
      const partial = join(workDirectory, partialName(file));
      if ((await disk.size(partial)) === undefined) continue;
      if (skipped !== true) await disk.rename(partial, join(directory, name));
      else await removeEmpty(disk, partial, join(directory, name));
    }
    // Also for a file that an earlier run renamed without making the name durable.
    if (progress.files.length > 0) await disk.syncDirectory(directory);
    return new FileSink(settings, progress);
  }

  /** Finished files so far. */
  get files(): readonly FileFacts[] {
    return this.#done;
  }

  /** Skips entries of files that are finished. */
  async write(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      const finishedUntil = this.#settings.outputFiles[this.#done.length]?.window.from;
      if (finishedUntil === undefined || entry.at < finishedUntil) continue;
      let open = this.#open ?? (await this.#begin());
      while (entry.at >= open.output.window.to) {
        await this.#end(open);
        open = await this.#begin();
      }
      const full = open.writer.add(...this.#settings.format.entry(entry, open.entries));
      open.entries += 1;
      open.first ??= factsOf(entry);
      open.lastWritten = entry;
      if (full) {
        await open.writer.closeBlock();
        await this.#flushIfDue(open, entry);
      }
    }
  }

  async finish(): Promise<readonly FileFacts[]> {
    const { outputFiles } = this.#settings;
    while (this.#done.length < outputFiles.length)
      await this.#end(this.#open ?? (await this.#begin()));
    return this.#done;
  }

  async abandon(): Promise<void> {
    await this.#open?.writer.abandon();
    this.#open = undefined;
  }

  async #begin(): Promise<OpenFile> {
    const { disk, workDirectory, outputFiles, format, limits, compress, clock, onFile } =
      this.#settings;
    const index = this.#done.length;
    const output = outputFiles[index] as OutputFile;
    const resumed = this.#resumeFrom;
    this.#resumeFrom = undefined;
    onFile(output.name);
    const path = join(workDirectory, partialName(index));
    const keep = resumed?.bytes ?? 0;
    const writer = await BlockWriter.open(disk, path, limits.blockBytes, { compress, keep });
    if (resumed === undefined) writer.add(format.begin(output));
    this.#open = {
      output,
      writer,
      entries: resumed?.entries ?? 0,
      first: resumed?.first,
      last: resumed?.last,
      lastWritten: undefined,
      blocks: 0,
      durableAt: clock(),
    };
    return this.#open;
  }

  /** After a closed block: from time to time, makes everything up to this entry durable. */
  async #flushIfDue(open: OpenFile, last: Entry): Promise<void> {
    const { disk, clock, limits, journal, workDirectory, positionAfter, beforeFlush } =
      this.#settings;
    open.blocks += 1;
    const isRecent = clock() - open.durableAt < limits.flushMicros;
    if (open.blocks < limits.flushBlocks && isRecent) return;
    if (positionAfter === undefined || open.first === undefined) return;
    await beforeFlush?.();
    const bytes = await open.writer.sync();
    await disk.syncDirectory(workDirectory);
    await journal.append({
      kind: 'place',
      file: open.output.index,
      bytes,
      entries: open.entries,
      first: open.first,
      last: factsOf(last),
      position: positionAfter(last),
    });
    open.blocks = 0;
    open.durableAt = clock();
  }

  async #end(open: OpenFile): Promise<void> {
    const { disk, journal, directory, workDirectory, format, positionAfter, beforeFlush } =
      this.#settings;
    const { output, writer, entries, first, lastWritten } = open;
    const isSkipped = this.#settings.skipEmpty && entries === 0;
    const last = lastWritten === undefined ? open.last : factsOf(lastWritten);
    if (positionAfter !== undefined && lastWritten !== undefined) {
      this.#position = positionAfter(lastWritten);
    }
    await beforeFlush?.();
    writer.add(format.end(output, entries));
    const { bytes, sha256 } = await writer.finish();
    await disk.syncDirectory(workDirectory);
    this.#open = undefined;
    const file: FileFacts = {
      name: output.name,
      ...(isSkipped && { skipped: true }),
      entries,
      bytes: isSkipped ? 0 : bytes,
      sha256,
      ...(first !== undefined && { first }),
      ...(last !== undefined && { last }),
    };
    const position = positionAfter === undefined ? undefined : this.#position;
    await journal.append({
      kind: 'file',
      file: output.index,
      ...file,
      ...(position !== undefined && { position }),
    });
    const partial = join(workDirectory, partialName(output.index));
    const path = join(directory, output.name);
    await (isSkipped ? removeEmpty(disk, partial, path) : renameDurably(disk, partial, path));
    this.#done.push(file);
  }
}

/**
 * Of a period that is empty: nothing stays, also not a file that an earlier export left under its name. The partial file
 * goes last, because by it a later run sees that this was not finished.
 */
async function removeEmpty(disk: Disk, partial: string, path: string): Promise<void> {
  if ((await disk.size(path)) !== undefined) {
    await disk.remove(path);
    await disk.syncDirectory(dirname(path));
  }
  await disk.remove(partial);
}

const partialName = (file: number): string => `${file}.part`;

/** Copies the id, because these facts are kept for every file until the end. */
const factsOf = ({ id, at }: EntryFacts): EntryFacts => ({ id: copyText(id), at });
