import { randomFillSync } from 'node:crypto';
import { maxEventBytes, maxRequestBytes, maxRequestEvents } from '../core/draft-fields.ts';
import { AnnalsError } from '../core/errors.ts';
import { type Clock, systemClock } from '../core/micros.ts';
import { pooledRandom } from '../core/random.ts';
import type { Random } from '../core/uuid.ts';
import { type Schedule, systemSchedule } from './schedule.ts';

/** A key, or a function that gives the current one. */
export type KeySource = string | (() => string | Promise<string>);

/** The `fetch` of Node, where its types are installed: an application may do without them. */
type Fetch = typeof globalThis extends { fetch: infer Known } ? Known : never;

/** How a recorder reaches its server, how much it may hold, and when it sends. */
export interface RecorderOptions {
  /** Address of the Annals server, such as `https://audit.example.org`. */
  readonly api: string;
  /** A key with the role `writer`, or a function that gives the current one. */
  readonly key: KeySource;
  /** How many events may wait; later ones are lost and counted. Default 10,000. */
  readonly maxQueueEvents?: number | undefined;
  /** How many bytes may wait. Default 16 MiB. */
  readonly maxQueueBytes?: number | undefined;
  /** How many events one request may have. Default 500. */
  readonly maxBatchEvents?: number | undefined;
  /** How many bytes one request may have. Default 1 MiB. */
  readonly maxBatchBytes?: number | undefined;
  /** How long an event waits for others to be sent with it. Default 1,000. */
  readonly maxDelayMs?: number | undefined;
  /** How long one request may take. Default 10,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** The longest pause after a first failure; it doubles with each further one. Default 200. */
  readonly minRetryMs?: number | undefined;
  /** The longest pause between failures, and the usual one while the key or the address is wrong. Default 30,000. */
  readonly maxRetryMs?: number | undefined;
  /** The longest time `flush()` and `close()` wait. Default 5,000. */
  readonly closeTimeoutMs?: number | undefined;
  /** Called for each failed request and when a loss begins. By default a process warning is emitted. */
  readonly onError?: ((error: AnnalsError) => void) | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly schedule?: Schedule | undefined;
}

type Defined<T> = { readonly [Name in keyof T]-?: Exclude<T[Name], undefined> };
export type RecorderSettings = Defined<RecorderOptions>;

/** Fills in the defaults. Throws `invalid` for an option that cannot work: better at the start than silently later. */
export function recorderSettings(options: RecorderOptions): RecorderSettings {
  const { key } = options;
  if (key === '') throw invalid('key', 'is empty');
  const settings = {
    api: checkAddress(options.api),
    key,
    maxQueueEvents: whole(options, 'maxQueueEvents', 10_000, 1),
    maxQueueBytes: whole(options, 'maxQueueBytes', 16 * 1_024 * 1_024, maxEventBytes),
    maxBatchEvents: whole(options, 'maxBatchEvents', 500, 1, maxRequestEvents),
    maxBatchBytes: whole(options, 'maxBatchBytes', 1_024 * 1_024, maxEventBytes, maxRequestBytes),
    maxDelayMs: whole(options, 'maxDelayMs', 1_000, 0),
    requestTimeoutMs: whole(options, 'requestTimeoutMs', 10_000, 1),
    minRetryMs: whole(options, 'minRetryMs', 200, 1),
    maxRetryMs: whole(options, 'maxRetryMs', 30_000, 1),
    closeTimeoutMs: whole(options, 'closeTimeoutMs', 5_000, 0),
    onError: options.onError ?? warn,
    fetch: options.fetch ?? globalThis.fetch,
    clock: options.clock ?? systemClock,
    random: options.random ?? pooledRandom(randomFillSync),
    schedule: options.schedule ?? systemSchedule,
  };
  if (settings.minRetryMs > settings.maxRetryMs) {
    throw invalid('minRetryMs', `is ${settings.minRetryMs}, more than maxRetryMs`);
  }
  return settings;
}

function checkAddress(api: string): string {
  if (!URL.canParse(api))
    throw invalid('api', 'is not an address such as https://audit.example.org');
  const { protocol, username, password, search, hash } = new URL(api);
  if (protocol !== 'https:' && protocol !== 'http:') throw invalid('api', 'is not http or https');
  if (username !== '' || password !== '') throw invalid('api', 'holds a password: give the key');
  if (search !== '' || hash !== '') throw invalid('api', 'has a query or a fragment');
  return api.replace(/\/+$/, '');
}

type NumberOption = {
  [Name in keyof RecorderOptions]-?: RecorderOptions[Name] extends number | undefined
    ? Name
    : never;
}[keyof RecorderOptions];

/** Longer delays overflow what a timer can hold. */
const largest = 2 ** 31 - 1;

function whole(
  options: RecorderOptions,
  name: NumberOption,
  fallback: number,
  min: number,
  max = largest,
): number {
  const value = options[name] ?? fallback;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalid(name, `is ${value}, not a whole number from ${min} to ${max}`);
}

function invalid(name: string, problem: string): AnnalsError {
  return new AnnalsError('invalid', `Cannot create the recorder: its option ${name} ${problem}`);
}

function warn(error: AnnalsError): void {
  process.emitWarning(error.message, 'AnnalsRecorderWarning');
}
