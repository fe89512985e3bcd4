import { hour, type Micros, second } from '../../src/core/micros.ts';
import type { Window } from '../../src/core/window.ts';
import { type Counts, rangeOf } from './seen-events.ts';
import type { Draw } from './soak-context.ts';
import type { Stream } from './streams.ts';

/**
 * A random range of time with at most about so many events, among those that are due; now and then an hour earlier, where
 * only producers that import have events.
 */
export function drawWindow(
  streams: readonly Stream[],
  { now, most }: { readonly now: Micros; readonly most: number },
  draw: Draw,
): Window {
  const begin = streams[0]!.begin;
  const elapsed = Math.max(now - begin, second);
  const eventsPerSecond = streams.reduce((sum, { step }) => sum + second / step, 0);
  const longest = Math.min(elapsed, (most / eventsPerSecond) * second);
  const length = Math.ceil((longest * (20 + draw(81))) / 100);
  const from = begin + draw(elapsed - length + 1) - (draw(5) === 0 ? hour : 0);
  return { from, to: from + length };
}

/** Whether nothing was added to a window between two moments, so that pages by offset were stable. */
export function isSettled(
  streams: readonly Stream[],
  window: Window,
  acknowledgedBefore: Counts,
  sentSince: Counts,
): boolean {
  return streams.every((stream) => {
    const { from, to } = rangeOf(stream, window);
    return acknowledgedBefore[stream.producer]! >= to || sentSince[stream.producer]! <= from;
  });
}
