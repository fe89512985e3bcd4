import { setTimeout } from 'node:timers/promises';
import { AnnalsApi, type AnnalsEndpoint } from '../client/annals-api.ts';
import { createFetchSend } from '../client/fetch-send.ts';
import { createHttpSend, type HttpSendSettings } from '../client/http-send.ts';
import type { Send } from '../client/request.ts';
import type { RetrySettings } from '../client/retry.ts';
import { randomFraction } from '../core/random.ts';
import type { CliContext } from './cli-context.ts';

/** Waits. Rejects when the signal is aborted. */
export async function defaultSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal });
}

/** Sends requests with the `fetch` of the context, or else over node:http with these settings. */
export function createSend(
  { fetch, tls }: Pick<CliContext, 'fetch' | 'tls'>,
  settings: HttpSendSettings,
): Send {
  return fetch === undefined ? createHttpSend({ ...settings, tls }) : createFetchSend(fetch);
}

export function retrySettings(
  { random, sleep = defaultSleep }: Pick<CliContext, 'random' | 'sleep'>,
  notify: (text: string) => void,
  maxRetries?: number,
): RetrySettings {
  return {
    sleep,
    notify,
    random: () => randomFraction(random),
    ...(maxRetries !== undefined && { maxRetries }),
  };
}

/** Some requests keep a server busy before it answers, such as an erasure in a large log. */
const apiIdleMilliseconds = 5 * 60_000;

export function openApi(
  endpoint: AnnalsEndpoint,
  context: Pick<CliContext, 'fetch' | 'tls' | 'clock' | 'signal'>,
): AnnalsApi {
  const { clock, signal } = context;
  const send = createSend(context, { idleMilliseconds: apiIdleMilliseconds });
  return new AnnalsApi(endpoint, { send, clock, signal });
}
