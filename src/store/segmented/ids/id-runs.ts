import type { IdFilter } from './id-filter.ts';
import type { IdHash } from './id-hash.ts';
import { type IdLocation, IdRun } from './id-run.ts';

/** The segments of an id run, both included. */
export interface RunSpan {
  readonly first: number;
  readonly last: number;
}

interface OpenRun {
  readonly run: IdRun;
  filter: IdFilter | undefined;
}

/** The id runs of all sealed segments, as one thread has them open. */
export class IdRuns<Span extends RunSpan> {
  readonly #pathOf: (span: Span) => string;
  readonly #filterBytes: number;
  #runs = new Map<string, OpenRun>();

  /** `filterBytes` is for filters in memory, a byte for each id: those of the newest runs, as many as fit. */
  constructor(pathOf: (span: Span) => string, filterBytes = 0) {
    this.#pathOf = pathOf;
    this.#filterBytes = filterBytes;
  }

  /** Sets which runs there are from now on. */
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
    for (const open of [...this.#runs.values()].reverse()) {
      room -= open.run.entries;
      open.filter = room < 0 ? undefined : (open.filter ?? open.run.filter());
    }
  }

  /** Where the event with this id may be. */
  find(eventID: string, hash: IdHash): readonly IdLocation[] {
    let locations = noLocations;
    for (const { run, filter } of this.#runs.values()) {
      if (filter?.mayHave(hash) === false || !run.mayHave(eventID)) continue;
      const found = run.find(hash);
      if (found.length > 0) locations = [...locations, ...found];
    }
    return locations;
  }

  close(): void {
    this.useRuns([]);
  }
}

const noLocations: readonly IdLocation[] = [];

/** The two newest runs, if they should be compacted: runs get longer like the digits of a binary number. */
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
