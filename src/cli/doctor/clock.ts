import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatInstant, type Micros, millisecond, minute, second } from '../../core/micros.ts';
import { accountsFile, archiveFile } from '../../server/databases.ts';
import { type ComparedClock, type Finding, findingsOf, type Subject } from './finding.ts';

const { ok, warning, problem } = findingsOf('clock');

/** Times in the trail are compared with those of other systems. */
const tolerated = 2 * second;
/** Events of producers with a right clock are then refused, or have been recorded before they happened. */
const tooFar = 30 * second;
/** A clock that is steered runs at most a thousandth faster or slower. */
const jump = 500 * millisecond;

const help = 'Let a service such as chrony or systemd-timesyncd set the clock';

/** A moment by the clock, and by a counter that nobody sets. */
export interface Moment {
  readonly clock: Micros;
  readonly counter: Micros;
}

export const momentOf = (clock: () => Micros): Moment => ({
  clock: clock(),
  counter: performance.now() * millisecond,
});

/** Compares the clock with all that is known of the time. To be run last: it watches the clock since `began`. */
export function checkClock(began: Moment) {
  return async function* check({ data, context, clocks }: Subject): AsyncIterable<Finding> {
    const now = momentOf(context.clock);
    yield* clockFindings({ began, now, clocks, written: await lastWritten(data) });
  };
}

export interface ClockFacts {
  readonly began: Moment;
  readonly now: Moment;
  readonly clocks: readonly ComparedClock[];
  /** When a database of the data directory was written last, by the clock of its disk. */
  readonly written: Micros | undefined;
}

export function* clockFindings({ began, now, clocks, written }: ClockFacts): Iterable<Finding> {
  const jumped = now.clock - began.clock - (now.counter - began.counter);
  if (Math.abs(jumped) > jump) {
    yield warning(`the clock jumped by ${secondsText(jumped)} while this command ran`, help);
  }
  if (written !== undefined && written > now.clock + minute) {
    yield problem(
      `the data was written last at ${formatInstant(written)}, and the clock says ${formatInstant(now.clock)}: it was set back, or was wrong then`,
      help,
    );
  }
  for (const { of, ahead, error } of clocks) {
    const apart = Math.abs(ahead);
    const direction = ahead > 0 ? 'behind' : 'ahead of';
    const message = `this clock is ${secondsText(apart)} ${direction} that of ${of}`;
    if (apart > tooFar + error) yield problem(message, help);
    else if (apart > tolerated + error) yield warning(message, help);
    else yield ok(`this clock and that of ${of} agree`);
  }
  if (clocks.length === 0) {
    yield ok(
      `it is ${formatInstant(now.clock)}; no anchor is asked over HTTP, so there is nothing to compare it with`,
    );
  }
}

const secondsText = (micros: Micros) => `${(Math.abs(micros) / second).toFixed(1)} s`;

async function lastWritten(data: string): Promise<Micros | undefined> {
  const times = [accountsFile, archiveFile, 'store.db'].map((file) =>
    stat(join(data, file)).then(
      ({ mtimeMs }) => mtimeMs * millisecond,
      () => 0,
    ),
  );
  const last = Math.max(...(await Promise.all(times)));
  return last === 0 ? undefined : last;
}
