import { type Clock, millisecond, second } from '../../core/micros.ts';
import type { Ask } from './ask.ts';
import type { Sleep } from './patience.ts';

/** Asks no more often than so many times a second, evenly spread, however many ask at once. */
export function paced(ask: Ask, perSecond: number, clock: Clock, sleep: Sleep): Ask {
  let next = 0;
  return async (question, signal) => {
    const now = clock();
    const turn = Math.max(now, next);
    next = turn + second / perSecond;
    if (turn > now) await sleep((turn - now) / millisecond, signal);
    return ask(question, signal);
  };
}
