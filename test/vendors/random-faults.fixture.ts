import {
  cutBody,
  emptyBody,
  errorStatus,
  expireTokens,
  type FaultPlan,
  html,
  type RetryAfter,
  reset,
  slow,
  throttle,
} from './faults.fixture.ts';
import { type SeededRandom, seeded } from './random.fixture.ts';

export interface RandomFaultOptions {
  /** Share of requests that meet a fault. Default 0.15. */
  readonly share?: number;
  /** Most faults in a row for the same request line. Default 2. */
  readonly inARow?: number;
  /** Which faults there are. Default: `commonFaults`. */
  readonly menu?: readonly FaultName[];
}

export type FaultName = keyof typeof menu;

/** What may happen with any vendor. */
export const commonFaults: readonly FaultName[] = [
  'throttle',
  'serverError',
  'reset',
  'cut',
  'html',
  'empty',
  'slow',
];

/**
 * Random faults, drawn from the seed, the request line and its attempt, so that concurrent requests do
 * not influence each other. Every line has a correct response after `inARow` faults, and tokens expire
 * only at a line's first attempt.
 */
export function randomFaults(seed: number | string, options: RandomFaultOptions = {}): FaultPlan {
  const { share = 0.15, inARow = 2, menu: names = commonFaults } = options;
  return ({ line, attempt }) => {
    const random = seeded(`${seed} ${attempt} ${line}`);
    if (attempt % (inARow + 1) === 0 || !random.chance(share)) return undefined;
    const name = random.pick(names);
    return name === 'expire' && attempt > 1 ? undefined : menu[name](random);
  };
}

/** A random instance of each named fault; short enough that a thousand of them cost little time. */
const menu = {
  throttle: (random: SeededRandom) => throttle(randomRetryAfter(random)),
  /** wire: cockroachdb 5.3, the status of a throttle is not promised. */
  oddThrottle: (random: SeededRandom) =>
    throttle(randomRetryAfter(random), random.pick([400, 403, 500, 503])),
  serverError: (random: SeededRandom) => errorStatus(random.pick([500, 502, 503, 504])),
  reset: () => reset(),
  cut: (random: SeededRandom) => cutBody(random.next(), random.pick(['length', 'chunked'])),
  /** Only where the body shows that its end is missing, as JSON does and CSV does not. */
  silentCut: (random: SeededRandom) => cutBody(random.next(), 'close'),
  html: (random: SeededRandom) =>
    html(random.pick([200, 502]), random.pick(['text/html', 'application/json'])),
  empty: () => emptyBody(),
  slow: (random: SeededRandom) => slow(random.int(1, 10), random.pick(['response', 'body'])),
  expire: () => expireTokens(),
};

function randomRetryAfter(random: SeededRandom): RetryAfter | undefined {
  const seconds = 0;
  return random.pick([undefined, { seconds, as: 'seconds' }, { seconds, as: 'date' }] as const);
}
