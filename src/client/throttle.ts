import { type Clock, millisecond, second } from '../core/micros.ts';
import type { Send } from './request.ts';
import type { Sleep } from './retry.ts';

/** Sends at most this many requests a second, evenly spread, however many wait at the same time. */
export function throttle(send: Send, perSecond: number, clock: Clock, sleep: Sleep): Send {
  let next = 0;
  return async (request, signal) => {
    const now = clock();
    const turn = Math.max(now, next);
    next = turn + second / perSecond;
    if (turn > now) await sleep((turn - now) / millisecond, signal);
    return send(request, signal);
  };
}
