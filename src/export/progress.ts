import type { Window } from '../core/window.ts';
import type { Batch, Entry } from './stages.ts';

/** How far an export is, after every batch. */
export interface ExportProgress {
  readonly phase: 'reading' | 'writing';
  /** Objects received in this run, and how many there will be, if that is known. */
  readonly received: number;
  readonly expected: number | undefined;
  /** Entries of the window among them. */
  readonly entries: number;
  /** How much of the window is done, from 0 to 1, if that is known. */
  readonly share: number | undefined;
  readonly file: string | undefined;
}

/** Counts what an export does, and reports its progress. */
export class ProgressTracker {
  readonly #window: Window;
  readonly #inOrder: boolean;
  readonly #onProgress: (progress: ExportProgress) => void;
  #received = 0;
  #entries = 0;
  #written = 0;
  #expected: number | undefined;
  #share: number | undefined;
  #file: string | undefined;

  constructor(window: Window, inOrder: boolean, onProgress: (progress: ExportProgress) => void) {
    this.#window = window;
    this.#inOrder = inOrder;
    this.#onProgress = onProgress;
  }

  beginFile(file: string): void {
    this.#file = file;
  }

  /** Whether nothing was received yet. */
  get nothingReceived(): boolean {
    return this.#received === 0;
  }

  received({ received, expected, share }: Batch, entries: readonly Entry[]): void {
    this.#received += received;
    this.#entries += entries.length;
    this.#expected = expected ?? this.#expected;
    this.#share = share ?? (this.#inOrder ? this.#shareAt(entries) : undefined) ?? this.#share;
    const counted = this.#expected && this.#received / this.#expected;
    this.#report('reading', counted ?? this.#share);
  }

  written(entries: readonly Entry[]): void {
    this.#written += entries.length;
    this.#report('writing', this.#shareAt(entries));
  }

  /** In time order the last entry shows how much of the window is done. */
  #shareAt(entries: readonly Entry[]): number | undefined {
    const { from, to } = this.#window;
    const last = entries.at(-1);
    return last === undefined ? undefined : (last.at - from) / (to - from);
  }

  #report(phase: ExportProgress['phase'], share: number | undefined): void {
    this.#onProgress({
      phase,
      received: this.#received,
      expected: this.#expected,
      entries: phase === 'reading' ? this.#entries : this.#written,
      share: share === undefined ? undefined : Math.min(Math.max(share, 0), 1),
      file: this.#file,
    });
  }
}
