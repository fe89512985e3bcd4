import type { IdFilter } from './id-filter.ts';
import type { IdHash } from './id-hash.ts';
import { type IdLocation, IdRun } from './id-run.ts';

/** The segments a run is for, both included. */
export interface RunSpan {
  readonly first: number;
  readonly last: number;
}

interface OpenRun {
  readonly run: IdRun;
  filter: IdFilter | undefined;
}

/** The runs of ids of all sealed segments, as one thread holds them open. */
export class IdRuns<Span extends RunSpan> {
  readonly #pathOf: (span: Span) => string;
  readonly #filterBytes: number;
  #runs = new Map<string, OpenRun>();

  /** `filterBytes`: for filters in memory, one byte an id; those of the newest runs, as many as that is enough for. */
  constructor(pathOf: (span: Span) => string, filterBytes = 0) {
    this.#pathOf = pathOf;
    this.#filterBytes = filterBytes;
  }

  /** Which runs there are from now on. */
  useRuns(spans: readonly Span[]): void {
    const before = this.#runs;
    this.#runs = new Map(
      spans.map((span) => {
        const path = this.#pathOf(span);
        return [path, before.get(path) ?? { run: new IdRun(path), filter: undefined }];
      }),
    );
    for (const [path, { run }] of before) if (!this.#runs.has(path)) run.close();
    let room = this.#filterBytes;
    for (const held of [...this.#runs.values()].reverse()) {
      room -= held.run.entries;
      held.filter = room < 0 ? undefined : (held.filter ?? held.run.filter());
    }
  }

  /** Where the event with this id may stand. */
  find(eventID: string, hash: IdHash): readonly IdLocation[] {
    let places = noLocations;
    for (const { run, filter } of this.#runs.values()) {
      if (filter?.mayHave(hash) === false || !run.mayHave(eventID)) continue;
      const found = run.find(hash);
      if (found.length > 0) places = [...places, ...found];
    }
    return places;
  }

  close(): void {
    this.useRuns([]);
  }
}

const noLocations: readonly IdLocation[] = [];

/** The two newest runs that are due to become one: runs get longer like the digits of a binary number. */
export function runsToCompact<Span extends RunSpan>(
  spans: readonly Span[],
): [Span, Span] | undefined {
  const [before, last] = spans.slice(-2);
  if (before === undefined || last === undefined) return undefined;
  return spanLength(before) <= spanLength(last) ? [before, last] : undefined;
}

function spanLength({ first, last }: RunSpan): number {
  return last - first + 1;
}
