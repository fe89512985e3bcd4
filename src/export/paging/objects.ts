import { createHash } from 'node:crypto';
import { AnnalsError } from '../../core/errors.ts';
import { sliceJson } from '../../core/json-slices.ts';
import { type Micros, parseInstant } from '../../core/micros.ts';
import { refusalOf } from '../asking/answers.ts';
import { place, type Question } from '../asking/ask.ts';
import type { ClientParts } from '../asking/client-parts.ts';
import type { Entry } from '../stages.ts';

/** An object of a list, as its source wrote it and as it was understood. */
export interface Received extends Entry {
  readonly value: Readonly<Record<string, unknown>>;
}

/** How a vendor's objects are read. */
export interface ObjectRules {
  /** Keys under which an answer may hold its list. */
  readonly arrays: readonly string[];
  readonly id: string;
  readonly time: string;
}

/** What an answer said around its list, and in its headers. */
export interface AnswerEnd {
  readonly envelope: Readonly<Record<string, unknown>> | undefined;
  readonly headers: Headers;
}

/**
 * Asks once for a list and gives its objects as they arrive. Rejects with `unavailable` or `incomplete` when the answer
 * is not a whole JSON text, however the vendor's status and content type call it: that is a proxy's or a cut answer, and
 * trying again helps.
 */
export async function* readObjects(
  parts: ClientParts,
  question: Question,
  rules: ObjectRules,
  signal: AbortSignal,
): AsyncGenerator<Received[], AnswerEnd> {
  const answer = await parts.ask(question, signal);
  if (answer.status !== 200) throw await refusalOf(answer, question, parts.clock);
  try {
    const slices = sliceJson(answer.body, rules);
    for (;;) {
      const slice = await slices.next();
      if (slice.done === true) return { envelope: slice.value, headers: answer.headers };
      yield slice.value.map((text) => readObject(text, rules));
    }
  } catch (error) {
    if (!(error instanceof AnnalsError) || error.code !== 'corrupt') throw error;
    throw new AnnalsError(
      'unavailable',
      `${place(question)} answered with something else than JSON (${error.message})`,
      { cause: error },
    );
  } finally {
    answer.discard();
  }
}

/** The whole of a list that is known to be small. */
export async function collectObjects(
  parts: ClientParts,
  question: Question,
  rules: ObjectRules,
  signal: AbortSignal,
): Promise<{ readonly objects: readonly Received[] } & AnswerEnd> {
  const objects: Received[] = [];
  const pieces = readObjects(parts, question, rules, signal);
  for (;;) {
    const piece = await pieces.next();
    if (piece.done === true) return { objects, ...piece.value };
    objects.push(...piece.value);
  }
}

function readObject(text: string, { id: idKey, time: timeKey }: ObjectRules): Received {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new AnnalsError('corrupt', 'an object in it cannot be read', { cause });
  }
  const id = value[idKey];
  const time = value[timeKey];
  return {
    text,
    value,
    // Without an id of its own an object is known by what it says (wire: Thalassa 3.6).
    id: typeof id === 'string' && id !== '' ? id : createHash('sha256').update(text).digest('hex'),
    at: readTime(time, timeKey),
  };
}

function readTime(time: unknown, key: string): Micros {
  const at =
    typeof time === 'string' ? parseInstant(time, { zone: 'utc', truncate: true }) : 'malformed';
  if (typeof at === 'number') return at;
  // Guessing a time would put the event into the wrong file, leaving it out would lose it.
  throw new AnnalsError(
    'internal',
    `Cannot export: the source sent an event whose ${key} is ${JSON.stringify(time)?.slice(0, 60)}, which is no time`,
  );
}

export const entryOf = ({ text, id, at }: Received): Entry => ({ text, id, at });
