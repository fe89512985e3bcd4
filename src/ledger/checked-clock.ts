import { AnnalsError } from '../core/errors.ts';
import { type Clock, day, formatDay, formatInstant, type Micros } from '../core/micros.ts';

export interface CheckedClockOptions {
  readonly clock: Clock;
  /** The time since some moment in the past, which nobody can set. It goes on while the machine sleeps. */
  readonly uptime: Clock;
  /** `recordedAt` of the last event of all logs; 0 when there is none. */
  readonly lastRecorded: Micros;
  /** How far the clock may go ahead at once while the server runs. */
  readonly maxJump: Micros;
  /** The clock is taken as right up to this instant, whatever it was before. */
  readonly acceptedUntil?: Micros | undefined;
}

/** Before and after these no server of this version runs. The second is below 2^53 microseconds, the limit of the files. */
const first: Micros = Date.UTC(2000) * 1_000;
const last: Micros = Date.UTC(2250) * 1_000;
/** A server may be stopped for long, and the clock be right nevertheless. */
const maxStopped = 366 * day;

/**
 * A clock that is right as far as that can be known. The time of an event is for ever, and later events of its log are
 * never earlier: so it is better to record nothing for a while than with a clock that is years ahead. A clock that is
 * behind does no harm: the order of a log does not depend on it.
 *
 * Throws `invalid` when the clock is outside of 2000 to 2250, or more than a year after the last event. Afterwards a
 * reading throws `unavailable` when it is outside of these years, or has gone ahead too far at once.
 */
export function checkedClock(options: CheckedClockOptions): Clock {
  const { clock, uptime, lastRecorded, maxJump, acceptedUntil = 0 } = options;
  const [start, upAtStart] = [clock(), uptime()];
  const isAhead = lastRecorded > 0 && start > lastRecorded + maxStopped && start > acceptedUntil;
  if (isOutside(start) || isAhead) {
    const says = `Cannot start: the clock of this machine says ${formatInstant(start)}`;
    throw new AnnalsError(
      'invalid',
      isOutside(start)
        ? `${says}, which cannot be right: set it`
        : `${says}, more than a year after the last event was recorded (${formatInstant(lastRecorded)}). Set it. ` +
            `If it is right, start once with --accept-clock ${formatDay(start)}`,
    );
  }
  // Compared at each reading; how long the server has been running is looked at only beyond it.
  let limit = Math.max(start + maxJump, acceptedUntil);
  return () => {
    const now = clock();
    if (now <= limit && now >= first) return now;
    limit = Math.max(start + (uptime() - upAtStart) + maxJump, acceptedUntil);
    const isTooFar = now > limit;
    if (!isTooFar && !isOutside(now)) return now;
    const says = `the clock of this machine ${isTooFar ? 'went ahead to' : 'says'} ${formatInstant(now)}`;
    throw new AnnalsError(
      'unavailable',
      `Cannot record: ${says}, which is not likely. Set it, and recording goes on; if it is right, restart the server`,
    );
  };
}

function isOutside(now: Micros): boolean {
  return now < first || now >= last;
}
