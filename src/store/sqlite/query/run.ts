import type { Place } from '../../../core/cursor.ts';
import type { Order } from '../../event-store.ts';
import type { PartOfStretch } from './parts-in-order.ts';
import type { Question } from './question.ts';
import { type Part, type Stretch, sequenceOf } from './segment.ts';
import { select } from './select.ts';

/** Events of one part in the order of an answer, not read yet. At least one. */
export class Run {
  readonly stretch: Stretch;
  /** Their rows in the stretch. */
  readonly rows: Uint32Array;
  readonly #part: Part;
  readonly #createdAt: Float64Array;

  constructor({ stretch, part }: PartOfStretch, rows: Uint32Array, createdAt: Float64Array) {
    this.stretch = stretch;
    this.rows = rows;
    this.#part = part;
    this.#createdAt = createdAt;
  }

  get length(): number {
    return this.rows.length;
  }

  placeAt(index: number): Place {
    const sequence = sequenceOf(this.#part, this.rows[index]! - this.#part.firstRow);
    return { createdAt: this.#createdAt[index]!, sequence };
  }

  /** How many there are before the first whose place fails the test; all behind it do too. */
  countWhile(holds: (place: Place) => boolean): number {
    if (holds(this.placeAt(this.length - 1))) return this.length;
    let [low, high] = [0, this.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.placeAt(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Those from one place in it to before another. */
  slice(from: number, to = this.length): Run {
    const place = { stretch: this.stretch, part: this.#part };
    return new Run(place, this.rows.subarray(from, to), this.#createdAt.subarray(from, to));
  }
}

/** Which of a part's events are wanted. */
interface Wanted {
  readonly order: Order;
  /** Only those behind this place. */
  readonly after: Place | undefined;
  readonly needed: number;
  /** For `select`. */
  readonly room: Uint16Array;
}

/** The first of a part's matching events. */
export function firstRun(
  place: PartOfStretch,
  question: Question,
  { order, after, needed, room }: Wanted,
): Run | undefined {
  const { stretch, part } = place;
  const selected = select(part, stretch.log, question, room);
  if (selected === 0) return undefined;
  const createdAt = part.createdAt();
  const afterTime = after?.createdAt ?? Number.NaN;
  let found = 0;
  let sorted = true;
  let latest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < selected; index += 1) {
    const row = room[index]!;
    const time = createdAt[row]!;
    if (time === afterTime && !isBehind(sequenceOf(part, row), after!, order)) continue;
    room[found] = row;
    found += 1;
    if (time < latest) sorted = false;
    latest = time;
  }
  if (found === 0) return undefined;
  const all = room.subarray(0, found);
  if (!sorted) all.sort((a, b) => createdAt[a]! - createdAt[b]! || a - b);
  const first = order === 'asc' ? all.subarray(0, needed) : all.subarray(-needed).reverse();
  const rows = new Uint32Array(first.length);
  const times = new Float64Array(first.length);
  for (let index = 0; index < first.length; index += 1) {
    rows[index] = part.firstRow + first[index]!;
    times[index] = createdAt[first[index]!]!;
  }
  return new Run(place, rows, times);
}

/** Of two events of the same time. */
function isBehind(sequence: number, after: Place, order: Order): boolean {
  return order === 'asc' ? sequence > after.sequence : sequence < after.sequence;
}
