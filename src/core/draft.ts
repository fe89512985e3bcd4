import { didYouMean } from './did-you-mean.ts';
import { AnnalsError, type Issue } from './errors.ts';
import {
  type Draft,
  draftSchema,
  maxAheadMicros,
  maxRequestEvents,
  ownService,
  serverFields,
} from './event.ts';
import { formatPath, type Json, type JsonProblem, parseJson } from './json/parse-json.ts';
import { none, RawJson } from './json/raw-json.ts';
import { type Micros, parseInstant } from './micros.ts';
import type { PausableWork } from './pausable-work.ts';
import { isValidDraft, RawDraft, type ReceivedDraft } from './raw-draft.ts';
import { schemaCheck } from './schema-check.ts';
import { schemaIssues } from './schema-issues.ts';
import { checkUtf8 } from './utf8.ts';

/** The media type of a request that records: one draft or `{"events":[…]}`, or NDJSON with a draft in each line. */
export type DraftsMediaType = 'application/json' | 'application/x-ndjson';

const maxIssues = 20;

/**
 * Reads drafts from the bytes of a request, pausing between them. All or nothing: throws `invalid` with at most 20
 * issues, each naming the draft by index and the field, `too-large` when there are too many drafts. A draft that is
 * spelled canonically is left in the bytes. Objects are created from those that `RawJson` cannot read, and from those
 * with something wrong (decision 006 says how often that is).
 *
 * @param now the moment of receipt, to reject a `createdAt` too far ahead
 */
export function* readDrafts(
  bytes: Uint8Array,
  mediaType: DraftsMediaType,
  now: Micros,
  maxDrafts = maxRequestEvents,
): PausableWork<ReceivedDraft[]> {
  const text = withoutByteOrderMark(bytes);
  const found =
    mediaType === 'application/json'
      ? yield* readDocument(text, now)
      : yield* readNdjson(text, now, maxDrafts);
  if (found.values.length > maxDrafts) throw tooMany(maxDrafts);
  const issues = new Issues(found.issues);
  if (issues.none) {
    for (const [index, value] of found.values.entries()) {
      if (value instanceof RawDraft) continue;
      if (issues.full) break;
      for (const issue of checkDraft(value, now)) issues.add({ index, ...issue });
      yield;
    }
  }
  issues.throwIfAny();
  if (found.values.length === 0) {
    throw new AnnalsError('invalid', 'Cannot record: the request has no event');
  }
  // Every value passed the schema that defines Draft.
  return found.values as ReceivedDraft[];
}

/** Valid drafts, values that are still to be checked, and what is wrong with those that could not be read. */
interface ParsedDrafts {
  readonly values: readonly (RawDraft | Json)[];
  readonly issues: readonly Issue[];
}

/** The bytes without a byte order mark. Throws `invalid` when they are not UTF-8. */
function withoutByteOrderMark(bytes: Uint8Array): Buffer {
  checkUtf8(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return text.subarray(0, 3).equals(byteOrderMark) ? text.subarray(3) : text;
}

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);

function* readDocument(bytes: Buffer, now: Micros): PausableWork<ParsedDrafts> {
  const json = new RawJson(bytes);
  const document = json.read(0, bytes.length);
  yield;
  const drafts = document === none ? [] : yield* readRawDrafts(json, document, now);
  return drafts.length > 0 ? { values: drafts, issues: [] } : readParsedText(bytes.toString());
}

/** The drafts of a document. None when `parseJson` must read it, or something is wrong. */
function* readRawDrafts(json: RawJson, document: number, now: Micros): PausableWork<RawDraft[]> {
  if (!json.isObject(document)) return [];
  const events = json.member(document, eventsName);
  if (events === none) {
    return isValidDraft(json, document, now) ? [new RawDraft(json, document)] : [];
  }
  const alone = json.first(document) === events && json.next(events) === none;
  if (!alone || !json.isArray(events)) return [];
  const drafts: RawDraft[] = [];
  for (let event = json.first(events); event !== none; event = json.next(event)) {
    if (!isValidDraft(json, event, now)) return [];
    drafts.push(new RawDraft(json, event));
    yield;
  }
  return drafts;
}

const eventsName = Buffer.from('events');

function readParsedText(text: string): ParsedDrafts {
  const { value, problems } = parseJson(text);
  const listed = isObject(value) && Array.isArray(value.events);
  if (!isObject(value)) {
    throw new AnnalsError(
      'invalid',
      'Cannot record: the body is neither one event nor {"events":[…]} nor NDJSON (application/x-ndjson)',
    );
  }
  if (!listed && value.events !== undefined && value.action === undefined) {
    throw new AnnalsError('invalid', 'Cannot record: events must be a list', {
      issues: [{ field: 'events', message: 'must be a list' }],
    });
  }
  if (!listed) return { values: [value], issues: problems.map((problem) => issueOf(problem, 0)) };
  const issues = problems.map((problem) => {
    const [first, index, ...inside] = problem.path;
    return first === 'events' && typeof index === 'number'
      ? issueOf({ path: inside, message: problem.message }, index)
      : { field: formatPath(problem.path), message: problem.message };
  });
  const others = Object.keys(value).filter((key) => key !== 'events');
  for (const field of others) {
    issues.push({ field, message: 'is not allowed beside "events"' });
  }
  return { values: value.events as Json[], issues };
}

function* readNdjson(bytes: Buffer, now: Micros, maxDrafts: number): PausableWork<ParsedDrafts> {
  const json = new RawJson(bytes);
  const values: (RawDraft | Json)[] = [];
  const issues: Issue[] = [];
  for (let start = 0, end: number; start < bytes.length; start = end + 1) {
    yield;
    const lineFeed = bytes.indexOf(0x0a, start);
    end = lineFeed < 0 ? bytes.length : lineFeed;
    const raw = json.read(start, end);
    if (raw !== none && isValidDraft(json, raw, now)) {
      values.push(new RawDraft(json, raw));
      if (values.length > maxDrafts) break;
      continue;
    }
    const line = bytes.toString('utf8', start, end);
    if (line.trim() === '') continue;
    if (values.length > maxDrafts || issues.length >= maxIssues) break;
    const index = values.length;
    try {
      const { value, problems } = parseJson(line);
      values.push(value);
      issues.push(...problems.map((problem) => issueOf(problem, index)));
    } catch (error) {
      if (!(error instanceof AnnalsError)) throw error;
      values.push(null);
      issues.push({ index, field: '', message: error.message });
    }
  }
  return { values, issues };
}

const fitsDraft = schemaCheck(draftSchema);
const isDraft = (value: unknown): value is Draft => fitsDraft(value);

/**
 * What is wrong with one draft.
 *
 * @param now by the server's clock; Infinity where it is not known, and so every `createdAt` may be right
 */
export function checkDraft(value: Json, now: Micros): Issue[] {
  if (!isDraft(value)) {
    const { error } = draftSchema.safeParse(value, { reportInput: true });
    return error === undefined ? [] : schemaIssues(error, unknownField);
  }
  const { createdAt, context } = value;
  const issues: Issue[] = [];
  const at = createdAt === undefined ? now : parseInstant(createdAt);
  if (typeof at === 'number' && at > now + maxAheadMicros) {
    issues.push({
      field: 'createdAt',
      message: 'is more than 5 minutes ahead of the server’s clock',
    });
  }
  if (context?.system_service === ownService) {
    issues.push({
      field: 'context.system_service',
      message: `is "${ownService}" only in the server’s own records: leave it out, or name your own service`,
    });
  }
  return issues;
}

const fields = Object.keys(draftSchema.shape);

function unknownField(key: string, inside: boolean): string {
  if ((serverFields as readonly string[]).includes(key))
    return 'is set by the server: leave it out';
  return inside
    ? 'is not allowed here: put it into "details"'
    : `is not a field of an event${didYouMean(key, fields)}: put it into "details"`;
}

function issueOf(problem: JsonProblem, index: number): Issue {
  return { index, field: formatPath(problem.path), message: problem.message };
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tooMany(maxDrafts: number): AnnalsError {
  return new AnnalsError(
    'too-large',
    `Cannot record: a request may have at most ${maxDrafts} events; send several requests`,
  );
}

/** Collects issues, up to the number that helps a producer. */
class Issues {
  readonly #issues: Issue[];

  constructor(issues: readonly Issue[]) {
    this.#issues = issues.slice(0, maxIssues);
  }

  get none(): boolean {
    return this.#issues.length === 0;
  }

  get full(): boolean {
    return this.#issues.length >= maxIssues;
  }

  add(issue: Issue): void {
    if (!this.full) this.#issues.push(issue);
  }

  throwIfAny(): void {
    if (this.none) return;
    throw new AnnalsError('invalid', `Cannot record: ${describe(this.#issues)}`, {
      issues: this.#issues,
    });
  }
}

function describe(issues: readonly Issue[]): string {
  const first = issues[0];
  if (first === undefined) return 'nothing is wrong';
  const event = first.index === undefined ? '' : `event ${first.index}`;
  const subject = [event, first.field].filter((text) => text !== '').join(', ');
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `${subject}: ${first.message}${more}`;
}
