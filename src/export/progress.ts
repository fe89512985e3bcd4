import type { Window } from '../core/window.ts';
import type { Batch, Entry } from './stages.ts';

/** Said after every batch, for whoever watches. */
export interface ExportProgress {
  readonly phase: 'reading' | 'writing';
  /** Objects received in this run, and how many there will be as far as that is known. */
  readonly received: number;
  readonly expected: number | undefined;
  /** Entries of the window among them. */
  readonly entries: number;
  /** How far the work got in the window, from 0 to 1, where that is known. */
  readonly share: number | undefined;
  readonly file: string | undefined;
}

/** Counts, and says how it stands. */
export class ProgressTracker {
  readonly #window: Window;
  readonly #inOrder: boolean;
  readonly #watch: (sight: ExportProgress) => void;
  #received = 0;
  #entries = 0;
  #written = 0;
  #expected: number | undefined;
  #share: number | undefined;
  #file: string | undefined;

  constructor(window: Window, inOrder: boolean, watch: (sight: ExportProgress) => void) {
    this.#window = window;
    this.#inOrder = inOrder;
    this.#watch = watch;
  }

  beginFile(file: string): void {
    this.#file = file;
  }

  /** Whether nothing has come yet. */
  get nothingReceived(): boolean {
    return this.#received === 0;
  }

  received({ received, expected, share }: Batch, entries: readonly Entry[]): void {
    this.#received += received;
    this.#entries += entries.length;
    this.#expected = expected ?? this.#expected;
    this.#share = share ?? (this.#inOrder ? this.#shareAt(entries) : undefined) ?? this.#share;
    const counted = this.#expected && this.#received / this.#expected;
    this.#say('reading', counted ?? this.#share);
  }

  written(entries: readonly Entry[]): void {
    this.#written += entries.length;
    this.#say('writing', this.#shareAt(entries));
  }

  /** In time order the last entry tells how much of the window lies behind. */
  #shareAt(entries: readonly Entry[]): number | undefined {
    const { from, to } = this.#window;
    const last = entries.at(-1);
    return last === undefined ? undefined : (last.at - from) / (to - from);
  }

  #say(phase: ExportProgress['phase'], share: number | undefined): void {
    this.#watch({
      phase,
      received: this.#received,
      expected: this.#expected,
      entries: phase === 'reading' ? this.#entries : this.#written,
      share: share === undefined ? undefined : Math.min(Math.max(share, 0), 1),
      file: this.#file,
    });
  }
}
