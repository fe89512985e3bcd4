import { type Clock, millisecond, second } from '../core/micros.ts';
import type { Send } from './request.ts';
import type { Sleep } from './retry.ts';

/** Asks no more often than so many times a second, evenly spread, however many ask at once. */
export function throttle(send: Send, perSecond: number, clock: Clock, sleep: Sleep): Send {
  let next = 0;
  return async (question, signal) => {
    const now = clock();
    const turn = Math.max(now, next);
    next = turn + second / perSecond;
    if (turn > now) await sleep((turn - now) / millisecond, signal);
    return send(question, signal);
  };
}
