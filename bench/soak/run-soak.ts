import { setTimeout as sleep } from 'node:timers/promises';
import { checkEverything } from './final-check.ts';
import { killAgainAndAgain } from './kills.ts';
import { type MemoryTrend, memoryTrend } from './memory.ts';
import { type Life, Observer, type SoakStatus } from './observer.ts';
import { openSoak } from './open-soak.ts';
import type { SoakPlan } from './plan.ts';
import { type Problem, Problems, Violation } from './problems.ts';
import { produce } from './produce.ts';
import type { Progress } from './progress.ts';
import { startReaders } from './readers.ts';

/** Called during the soak. */
export interface SoakListener {
  /** The interval between two calls of `status`. */
  readonly everySeconds: number;
  readonly status: (status: SoakStatus) => void;
  readonly life: (life: Life, number: number) => void;
  readonly problem: (problem: Problem) => void;
}

export interface SoakResult {
  readonly plan: SoakPlan;
  /** Until the last event was acknowledged, or the soak gave up. */
  readonly total: Progress;
  /** For how long events had been due by then. */
  readonly overtimeSeconds: number;
  readonly expected: number;
  readonly segments: number;
  readonly lives: readonly Life[];
  /** Absent when there were too few lives. */
  readonly memory: MemoryTrend | undefined;
  /** The first problems. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

/**
 * Runs a soak in a directory, which is not removed. As long as events become due, it records, reads and exports, and kills
 * the server. Then it checks everything once more. Problems are in the result; it rejects only when it cannot begin.
 */
export async function runSoak(
  plan: SoakPlan,
  directory: string,
  listener: SoakListener,
): Promise<SoakResult> {
  const enough = new AbortController();
  const problems = new Problems(listener.problem);
  const soak = await openSoak(plan, directory, problems, enough);
  const streams = soak.organisations.flatMap((each) => each.streams);
  const observer = new Observer(soak);
  const lives: Life[] = [];
  const endLife = (life: Life) => {
    lives.push(life);
    listener.life(life, lives.length);
  };
  const readers = startReaders(soak);
  const watching = observer.watch(listener.everySeconds, listener.status);
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
    expected: streams.reduce((sum, each) => sum + each.total, 0),
    segments,
    lives,
    // The last life is not like the others: it has no kill.
    memory: memoryTrend(lives.slice(0, -1).map((life) => life.memory)),
    problems: problems.first,
    problemCount: problems.count,
  };
}

/** Producers that are so far behind will never catch up. */
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
  problems.add(
    'soak',
    new Violation(`What fell due in ${seconds} s was not recorded in ${most} s`),
  );
  enough.abort();
}

/** How long recording may take after the last event was due. A kill at the very end may be part of it. */
const maxOvertimeSeconds = 15;

/** Why a soak failed. Nothing when there was no problem, everything was recorded in time, and memory did not grow. */
export function failuresOf(result: SoakResult): string[] {
  const { problemCount, memory, overtimeSeconds, expected, total } = result;
  return [
    ...(problemCount > 0 ? [`${problemCount} problems`] : []),
    ...(total.events < expected ? [`${expected - total.events} events were not recorded`] : []),
    ...(overtimeSeconds > maxOvertimeSeconds
      ? [`recording took ${overtimeSeconds.toFixed(0)} s longer than events were due`]
      : []),
    ...(memory?.level === false ? ['the memory of the server grew'] : []),
  ];
}
