import { setTimeout as sleep } from 'node:timers/promises';
import { checkEverything } from './final-check.ts';
import { killAgainAndAgain } from './kills.ts';
import { type MemoryTrend, memoryTrend } from './memory.ts';
import { type Life, Observer, type SoakStatus } from './observer.ts';
import { openSoak } from './open-soak.ts';
import type { SoakPlan } from './plan.ts';
import { type Problem, Problems, Wrong } from './problems.ts';
import { produce } from './produce.ts';
import type { Progress } from './progress.ts';
import { startReaders } from './readers.ts';

/** Told what happens while it happens. */
export interface SoakListener {
  /** Between two sights. */
  readonly everySeconds: number;
  readonly status: (sight: SoakStatus) => void;
  readonly life: (life: Life, number: number) => void;
  readonly problem: (problem: Problem) => void;
}

export interface SoakResult {
  readonly plan: SoakPlan;
  /** Until the last event was acknowledged, or it was given up. */
  readonly total: Progress;
  /** For how long events had fallen due by then. */
  readonly overtimeSeconds: number;
  readonly wanted: number;
  readonly segments: number;
  readonly lives: readonly Life[];
  /** Absent when there were too few lives to say. */
  readonly memory: MemoryTrend | undefined;
  /** The first of them. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

/**
 * Runs a soak in a directory, which is not removed: as long as events fall due it is recorded, read and exported, and
 * the server is killed; then everything is checked once more. What is wrong is in the result; it rejects only when it
 * cannot even begin.
 */
export async function runSoak(
  plan: SoakPlan,
  place: string,
  telling: SoakListener,
): Promise<SoakResult> {
  const enough = new AbortController();
  const problems = new Problems(telling.problem);
  const soak = await openSoak(plan, place, problems, enough);
  const streams = soak.organisations.flatMap((each) => each.streams);
  const observer = new Observer(soak);
  const lives: Life[] = [];
  const endLife = (life: Life) => {
    lives.push(life);
    telling.life(life, lives.length);
  };
  const readers = startReaders(soak);
  const watching = observer.watch(telling.everySeconds, telling.status);
  const patience = new AbortController();
  void giveUpLate(plan, problems, enough, patience.signal);
  await Promise.all([
    ...streams.map((each) => produce(each, soak)),
    killAgainAndAgain(soak, readers, (kill) => endLife(observer.endLife(kill))),
  ]);
  patience.abort();
  const total = observer.total();
  const segments = await soak.server.sealedSegments();
  enough.abort();
  await Promise.all([readers.stopped, watching]);
  await checkEverything(soak, readers);
  endLife(observer.endLife(undefined));
  return {
    plan,
    total,
    overtimeSeconds: Math.max(0, total.seconds - plan.seconds),
    wanted: streams.reduce((sum, each) => sum + each.total, 0),
    segments,
    lives,
    // The last life does something else than the others.
    memory: memoryTrend(lives.slice(0, -1).map((life) => life.memory)),
    problems: problems.first,
    problemCount: problems.count,
  };
}

/** Producers that are far behind will never be done. */
async function giveUpLate(
  { seconds }: SoakPlan,
  problems: Problems,
  enough: AbortController,
  signal: AbortSignal,
): Promise<void> {
  const most = seconds * 1.5 + 60;
  try {
    await sleep(most * 1_000, undefined, { signal });
  } catch {
    return;
  }
  problems.add('soak', new Wrong(`What fell due in ${seconds} s was not recorded in ${most} s`));
  enough.abort();
}
