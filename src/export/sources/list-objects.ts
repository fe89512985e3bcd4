import { createHash } from 'node:crypto';
import { addressOf, type ClientRequest } from '../../client/request.ts';
import { type ClientDependencies, sendRequest } from '../../client/send-request.ts';
import { AnnalsError } from '../../core/errors.ts';
import { readJsonArray } from '../../core/json/array-reader.ts';
import { type Micros, minute, parseInstant } from '../../core/micros.ts';
import type { Entry } from '../stages.ts';

/**
 * An object of a list, as its source wrote it, and the few facts that were read from it. The rest is forgotten at once: a
 * parsed object takes several times the memory of its text.
 */
export interface ReceivedObject extends Entry {
  /** Its time as the source wrote it. */
  readonly time: string;
  /** Whether it passes the filters that are applied here. */
  readonly matches: boolean;
}

/** How a vendor's objects are read. */
export interface ObjectRules {
  /** Keys under which a response may have its list. */
  readonly arrayKeys: readonly string[];
  /** Keys by which a response without a list is recognised as the source's own; then it has no objects. */
  readonly emptyBy?: readonly string[];
  readonly id: string;
  readonly time: string;
  /** Sees the headers of a response before anything is read from it, and may throw. */
  readonly checkHeaders?: (headers: Headers) => void;
  /** Whether an object passes the filters that are applied here; absent when all do. */
  readonly matches?: (value: Readonly<Record<string, unknown>>) => boolean;
}

/** What a response has around its list, and its headers. */
export interface ListResponseInfo {
  /** How many objects the list had. */
  readonly count: number;
  readonly envelope: Readonly<Record<string, unknown>> | undefined;
  readonly headers: Headers;
}

/** How long a response may go on without a whole object: bytes alone, such as white space, are no progress. */
const maxMicrosPerObject: Micros = 5 * minute;

/**
 * Requests a list once, and yields its objects as they arrive. Rejects with `unavailable` or `incomplete` when the response
 * is not a whole JSON text with a list in it, whatever its status and content type say: it is a proxy's, or was cut off,
 * and another attempt may help. Rejects with `timeout` when bytes arrive, but no object for five minutes.
 */
export async function* readObjects(
  dependencies: ClientDependencies,
  request: ClientRequest,
  rules: ObjectRules,
  signal: AbortSignal,
): AsyncGenerator<ReceivedObject[], ListResponseInfo> {
  const { clock } = dependencies;
  const response = await sendRequest(dependencies, request, signal);
  let waitingSince = clock();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of response.body) {
      if (clock() - waitingSince > maxMicrosPerObject) throw noProgressError(request);
      yield chunk;
    }
  }
  try {
    rules.checkHeaders?.(response.headers);
    let count = 0;
    await using slices = readJsonArray(chunks(), rules);
    for (;;) {
      waitingSince = clock();
      const slice = await slices.next();
      if (slice.done === true) {
        checkHasList(slice.value, rules);
        return { count, envelope: slice.value, headers: response.headers };
      }
      count += slice.value.length;
      yield slice.value.map((text) => readObject(text, rules));
    }
  } catch (error) {
    if (!(error instanceof AnnalsError) || error.code !== 'corrupt') throw error;
    throw new AnnalsError(
      'unavailable',
      `${addressOf(request)} did not answer with a list in JSON (${error.message})`,
      { cause: error },
    );
  } finally {
    response.discard();
  }
}

function noProgressError(request: ClientRequest): AnnalsError {
  const minutes = maxMicrosPerObject / minute;
  const message = `${addressOf(request)} sent bytes for ${minutes} minutes, but no whole object`;
  return new AnnalsError('timeout', message);
}

/** An error or a notice with status 200 must not count as the end of the list. */
function checkHasList(
  envelope: Readonly<Record<string, unknown>> | undefined,
  { arrayKeys, emptyBy = [] }: ObjectRules,
): void {
  if (envelope === undefined || [...arrayKeys, ...emptyBy].some((key) => key in envelope)) return;
  throw new AnnalsError('corrupt', `it has no ${arrayKeys.join(' or ')}`);
}

function readObject(text: string, rules: ObjectRules): ReceivedObject {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new AnnalsError('corrupt', 'an object in it cannot be read', { cause });
  }
  const id = value[rules.id];
  const time = value[rules.time];
  return {
    text,
    // An object without an id is recognised by its content (wire: Thalassa 3.6).
    id: typeof id === 'string' && id !== '' ? id : createHash('sha256').update(text).digest('hex'),
    at: readTime(time, rules.time),
    time: String(time),
    matches: rules.matches?.(value) ?? true,
  };
}

function readTime(time: unknown, key: string): Micros {
  const at =
    typeof time === 'string' ? parseInstant(time, { zone: 'utc', truncate: true }) : 'malformed';
  if (typeof at === 'number') return at;
  // A guess would put the event into the wrong file; without a time it would be lost.
  throw new AnnalsError(
    'internal',
    `Cannot export: the source sent an event whose ${key} is ${JSON.stringify(time)?.slice(0, 60)}, which is not a time`,
  );
}
