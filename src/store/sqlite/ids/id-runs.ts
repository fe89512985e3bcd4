import type { IdHash } from './id-hash.ts';
import { type IdPlace, IdRun } from './id-run.ts';

/** The segments a run is for, both included; its file is named after them. */
export interface RunSpan {
  readonly first: number;
  readonly last: number;
}

/** The runs of ids of all sealed segments, as one thread holds them open. */
export class IdRuns {
  readonly #pathOf: (span: RunSpan) => string;
  #runs = new Map<string, IdRun>();

  constructor(pathOf: (span: RunSpan) => string) {
    this.#pathOf = pathOf;
  }

  /** Which runs there are from now on. */
  show(spans: readonly RunSpan[]): void {
    const held = this.#runs;
    this.#runs = new Map(
      spans.map((span) => {
        const path = this.#pathOf(span);
        return [path, held.get(path) ?? new IdRun(path)];
      }),
    );
    for (const [path, run] of held) if (!this.#runs.has(path)) run.close();
  }

  /** Where the event with this id may stand. */
  find(eventID: string, hash: IdHash): IdPlace[] {
    const places: IdPlace[] = [];
    for (const run of this.#runs.values()) {
      if (run.mayHave(eventID)) places.push(...run.find(hash));
    }
    return places;
  }

  close(): void {
    this.show([]);
  }
}

/** The two newest runs that are due to become one: runs get longer like the digits of a binary number. */
export function dueForMerge(spans: readonly RunSpan[]): [RunSpan, RunSpan] | undefined {
  const [before, last] = spans.slice(-2);
  if (before === undefined || last === undefined) return undefined;
  return spanLength(before) <= spanLength(last) ? [before, last] : undefined;
}

function spanLength({ first, last }: RunSpan): number {
  return last - first + 1;
}
