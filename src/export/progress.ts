import type { Micros } from '../core/micros.ts';
import type { Batch, Entry } from './stages.ts';

/** How far an export is, after every batch. */
export interface ExportProgress {
  readonly phase: 'reading' | 'writing';
  /** What was read or written in this run: objects of the source, or entries. */
  readonly done: number;
  /** The same with what earlier runs did, and how much there is in all; absent if nobody knows. */
  readonly total?: { readonly done: number; readonly expected: number };
  /** Entries of the window among what was read, or written. */
  readonly entries: number;
  /** When the last entry of a source in order happened: all before it are done. */
  readonly reached?: Micros;
  readonly file?: string;
}

/** Counts the work of an export, and reports its progress. */
export class ProgressTracker {
  readonly #inOrder: boolean;
  readonly #earlier: number;
  readonly #onProgress: (progress: ExportProgress) => void;
  #received = 0;
  #entries = 0;
  #written = 0;
  #expected: number | undefined;
  #reached: Micros | undefined;
  #file: string | undefined;

  /** @param earlier entries that earlier runs of this export have made durable */
  constructor(inOrder: boolean, earlier: number, onProgress: (progress: ExportProgress) => void) {
    this.#inOrder = inOrder;
    this.#earlier = earlier;
    this.#onProgress = onProgress;
  }

  beginFile(file: string): void {
    this.#file = file;
  }

  /** Whether nothing was received yet. */
  get nothingReceived(): boolean {
    return this.#received === 0;
  }

  received({ received, expected }: Batch, entries: readonly Entry[]): void {
    this.#received += received;
    this.#entries += entries.length;
    this.#expected = expected ?? this.#expected;
    if (this.#inOrder) this.#reached = entries.at(-1)?.at ?? this.#reached;
    this.#report('reading', this.#received, this.#entries, {
      done: this.#earlier + this.#received,
      expected: this.#expected,
    });
  }

  /** @param expected how many entries are to be written; a few more when some of them came twice */
  written(entries: readonly Entry[], expected: number): void {
    this.#written += entries.length;
    this.#report('writing', this.#written, this.#written, { done: this.#written, expected });
  }

  #report(
    phase: ExportProgress['phase'],
    done: number,
    entries: number,
    { expected, ...total }: { readonly done: number; readonly expected: number | undefined },
  ): void {
    this.#onProgress({
      phase,
      done,
      entries,
      // A list that grows while it is read may give more than it announced.
      ...(expected !== undefined && {
        total: { done: total.done, expected: Math.max(expected, total.done) },
      }),
      ...(this.#reached !== undefined && { reached: this.#reached }),
      ...(this.#file !== undefined && { file: this.#file }),
    });
  }
}
