import { setTimeout as sleep } from 'node:timers/promises';
import { CheckpointWatch } from './checkpoints.ts';
import { Counter } from './counter.ts';
import { exportWindow } from './exports.ts';
import { catchUp, cockroachdbFollower, type Follower, sequenceFollower } from './followers.ts';
import { noted } from './problems.ts';
import { drawsOf, type SoakContext } from './soak-context.ts';
import { walkNatively, walkUpcloud } from './walks.ts';

/** All readers. */
export interface Readers {
  readonly followers: readonly Follower[];
  readonly checkpoints: readonly CheckpointWatch[];
  /** Resolves when all have stopped. At the end of the soak each finishes what it is doing. */
  readonly stopped: Promise<unknown>;
}

/**
 * Starts them. Walks, counts and exports take the organisations in turn, without end. Each organisation has its own
 * followers, and its own watch of checkpoints.
 */
export function startReaders(soak: SoakContext): Readers {
  const { organisations } = soak;
  const counters = organisations.map(
    (each) => new Counter(each, soak, drawsOf(soak.plan, `counts of ${each.slug}`)),
  );
  const checkpoints = organisations.map((each) => new CheckpointWatch(each, soak));
  const followers = organisations.flatMap((each) => [
    sequenceFollower(each, soak),
    cockroachdbFollower(each, soak),
  ]);
  const inTurn = (who: string, act: typeof walkNatively) => {
    const draw = drawsOf(soak.plan, who);
    return repeat(who, soak, 200, organisations, (each) => act(each, soak, draw));
  };
  const stopped = Promise.all([
    inTurn('native walk', walkNatively),
    inTurn('UpCloud walk', walkUpcloud),
    inTurn('export', exportWindow),
    repeat('count', soak, 200, counters, (each) => each.count()),
    repeat('checkpoint', soak, 1_000, checkpoints, (each) => each.look()),
    ...followers.map((each) => repeat(each.name, soak, 1_000, [each], () => catchUp(each, soak))),
  ]);
  return { followers, checkpoints, stopped };
}

/** Runs something for each in turn, at least once, with a pause in between. A failure is noted as a problem. */
async function repeat<T>(
  who: string,
  { problems, enough }: SoakContext,
  pauseMillis: number,
  all: readonly T[],
  act: (each: T) => Promise<void>,
): Promise<void> {
  for (let turn = 0; turn === 0 || !enough.aborted; turn += 1) {
    await noted(problems, who, () => act(all[turn % all.length]!));
    await sleep(pauseMillis, undefined, { signal: enough }).catch(() => {});
  }
}
