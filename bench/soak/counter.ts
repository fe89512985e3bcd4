import { formatInstant } from '../../src/core/micros.ts';
import type { Window } from '../../src/core/window.ts';
import { Violation } from './problems.ts';
import { type Counts, expectedCount } from './seen-events.ts';
import type { Draw, SoakContext, SoakOrganisation } from './soak-context.ts';
import { rareBelow, rareWord, type Stream } from './streams.ts';
import { drawWindow } from './windows.ts';

/** The exact total of the events that match. */
export async function countEvents(
  { key }: SoakOrganisation,
  { client, figures }: SoakContext,
  query: Record<string, string> = {},
): Promise<number> {
  const parameters = new URLSearchParams({ ...query, limit: '1' });
  const { body } = await client.get<{ totalItems: number }>(`/v1/audit?${parameters}`, key);
  figures.add('counts');
  return body.totalItems;
}

/** Counts in turn all events, those of a producer, of a window, and those with a rare word, and checks each total. */
export class Counter {
  readonly #organisation: SoakOrganisation;
  readonly #soak: SoakContext;
  readonly #draw: Draw;
  /** The highest total of all events so far. */
  #highest = 0;

  constructor(organisation: SoakOrganisation, soak: SoakContext, draw: Draw) {
    this.#organisation = organisation;
    this.#soak = soak;
    this.#draw = draw;
  }

  async count(): Promise<void> {
    const draw = this.#draw;
    const { streams } = this.#organisation;
    const total = await this.#check({}, (counts) => expectedCount(streams, undefined, counts));
    if (total < this.#highest)
      throw new Violation(`The count went from ${this.#highest} to ${total}`);
    this.#highest = total;
    const stream = streams[draw(streams.length)]!;
    await this.#check({ userIdentity: stream.name }, (counts) => counts[stream.producer]!);
    const rare = (counts: Counts) => sum(streams, (each) => rareBelow(counts[each.producer]!));
    await this.#check({ searchText: rareWord }, rare);
    const most = Number.POSITIVE_INFINITY;
    const window: Window = drawWindow(streams, { now: Date.now() * 1_000, most }, draw);
    const times = { from: formatInstant(window.from), to: formatInstant(window.to) };
    await this.#check(times, (counts) => expectedCount(streams, window, counts));
  }

  /** The total must be between what was acknowledged before and what was sent since. */
  async #check(query: Record<string, string>, of: (counts: Counts) => number): Promise<number> {
    const { acknowledgements } = this.#soak;
    const least = of(acknowledgements.acknowledged);
    const total = await countEvents(this.#organisation, this.#soak, query);
    const greatest = of(acknowledgements.sent);
    if (total < least || total > greatest) {
      throw new Violation(
        `The count of ${JSON.stringify(query)} is ${total}, and must be ${least} to ${greatest}`,
      );
    }
    return total;
  }
}

const sum = (streams: readonly Stream[], of: (stream: Stream) => number) =>
  streams.reduce((total, stream) => total + of(stream), 0);
