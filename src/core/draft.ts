import { didYouMean } from './did-you-mean.ts';
import { AnnalsError, type Issue, maxIssues } from './errors.ts';
import {
  type Draft,
  draftSchema,
  looksLikeOwnService,
  maxAheadMicros,
  maxEventValues,
  maxRequestEvents,
  maxSentEventBytes,
  ownService,
  serverFields,
} from './event.ts';
import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  openBrace,
  openBracket,
  quote,
} from './json/characters.ts';
import { endOfValue, skipSpace } from './json/end-of-value.ts';
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

/**
 * Reads drafts from the bytes of a request, pausing between them. All or nothing: throws `invalid` with at most 20
 * issues, each naming the draft by index and the field, `too-large` when there are too many drafts. It stops at the first
 * event that is too many, at the twentieth issue, and at an event that is too long to be one, and looks at nothing behind
 * it. A draft is left in the bytes. Objects are created only from those that `RawJson` cannot read (decision 006 has what
 * that is), and from those with something wrong.
 *
 * @param now the moment of receipt, to reject a `createdAt` too far ahead
 * @param keep what to keep of a valid draft that is an object; it may throw `invalid`
 */
export function* readDrafts(
  bytes: Uint8Array,
  mediaType: DraftsMediaType,
  now: Micros,
  maxDrafts = maxRequestEvents,
  keep: (draft: Draft) => ReceivedDraft = (draft) => draft,
): PausableWork<ReceivedDraft[]> {
  const text = withoutByteOrderMark(bytes);
  const drafts = new DraftReader(text, { now, maxDrafts, keep });
  if (mediaType === 'application/x-ndjson') yield* readLines(text, drafts);
  else yield* readDocument(text, drafts);
  return drafts.result();
}

/** The bytes without a byte order mark. Throws `invalid` when they are not UTF-8. */
function withoutByteOrderMark(bytes: Uint8Array): Buffer {
  checkUtf8(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return text.subarray(0, 3).equals(byteOrderMark) ? text.subarray(3) : text;
}

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf);

/** Skips white space. Throws `invalid` where there is more of it than an event may have: to skip 16 MiB takes too long. */
function skipDraftSpace(bytes: Buffer, from: number): number {
  const to = Math.min(bytes.length, from + maxSentEventBytes);
  const at = skipSpace(bytes, from, to);
  if (at < to || at === bytes.length) return at;
  throw new AnnalsError(
    'invalid',
    `Cannot record: the body has more than ${maxSentEventBytes} bytes of white space at byte ${from}`,
  );
}

function* readLines(bytes: Buffer, drafts: DraftReader): PausableWork<void> {
  // Empty lines are white space too.
  for (let start = skipDraftSpace(bytes, 0); start < bytes.length && !drafts.stopped; ) {
    yield;
    const lineFeed = bytes.indexOf(0x0a, start);
    const end = lineFeed < 0 ? bytes.length : lineFeed;
    drafts.add(start, end);
    start = skipDraftSpace(bytes, end);
  }
}

function* readDocument(bytes: Buffer, drafts: DraftReader): PausableWork<void> {
  const start = skipDraftSpace(bytes, 0);
  if (start < bytes.length && bytes[start] !== openBrace) throw neitherDraftNorList();
  const list = startOfList(bytes, start);
  if (list === undefined) drafts.addDocument();
  else yield* readList(bytes, list, drafts);
}

/** Behind the bracket of `{"events":[`; undefined when the document begins in another way. */
function startOfList(bytes: Buffer, start: number): number | undefined {
  const key = skipDraftSpace(bytes, start + 1);
  const keyEnd = endOfValue(bytes, key, Math.min(bytes.length, key + longestEventsKey));
  if (keyEnd === none || bytes[key] !== quote) return undefined;
  const spelled = bytes.toString('utf8', key, keyEnd);
  if (spelled !== '"events"' && parseJson(spelled).value !== 'events') return undefined;
  const colonAt = skipDraftSpace(bytes, keyEnd);
  const bracket = skipDraftSpace(bytes, colonAt + 1);
  return bytes[colonAt] === colon && bytes[bracket] === openBracket ? bracket + 1 : undefined;
}

/** Each letter may be an escape. */
const longestEventsKey = '"events"'.length * 6;

/** Reads one element after the other, so that a wrong list costs no more than the events before the first that is too many. */
function* readList(bytes: Buffer, list: number, drafts: DraftReader): PausableWork<void> {
  let at = skipDraftSpace(bytes, list);
  if (bytes[at] !== closeBracket) {
    for (;;) {
      yield;
      at = drafts.addNext(at);
      if (drafts.stopped) return;
      at = skipDraftSpace(bytes, at);
      if (bytes[at] !== comma) break;
      at = skipDraftSpace(bytes, at + 1);
    }
  }
  if (bytes[at] !== closeBracket) throw unexpected(bytes, at, 'a comma or ]');
  at = skipDraftSpace(bytes, at + 1);
  if (bytes[at] === comma) {
    at = skipDraftSpace(bytes, at + 1);
    if (bytes[at] !== quote) throw unexpected(bytes, at, 'another member');
    drafts.addOtherMembers(at);
    return;
  }
  if (bytes[at] !== closeBrace) throw unexpected(bytes, at, 'a comma or }');
  at = skipDraftSpace(bytes, at + 1);
  if (at < bytes.length) throw unexpected(bytes, at, 'the end');
}

function unexpected(bytes: Buffer, at: number, expected: string): AnnalsError {
  const found = at >= bytes.length ? 'the end' : JSON.stringify(bytes.toString('utf8', at, at + 1));
  return new AnnalsError(
    'invalid',
    `Cannot read the JSON: expected ${expected} at byte ${at}, found ${found}`,
  );
}

function neitherDraftNorList(): AnnalsError {
  return new AnnalsError(
    'invalid',
    'Cannot record: the body is neither one event nor {"events":[…]} nor NDJSON (application/x-ndjson)',
  );
}

interface DraftReaderOptions {
  readonly now: Micros;
  readonly maxDrafts: number;
  readonly keep: (draft: Draft) => ReceivedDraft;
}

/** Reads the drafts of one request, and collects what is wrong with them, up to the number that helps a producer. */
class DraftReader {
  readonly #bytes: Buffer;
  readonly #json: RawJson;
  readonly #options: DraftReaderOptions;
  readonly #drafts: ReceivedDraft[] = [];
  readonly #issues: Issue[] = [];
  #count = 0;
  #unreadable = false;

  constructor(bytes: Buffer, options: DraftReaderOptions) {
    this.#bytes = bytes;
    this.#json = new RawJson(bytes);
    this.#options = options;
  }

  /** Whether what comes next can change nothing. */
  get stopped(): boolean {
    return this.#unreadable || this.#tooMany || this.#issues.length >= maxIssues;
  }

  get #tooMany(): boolean {
    return this.#count > this.#options.maxDrafts;
  }

  /** Adds the draft that is the whole text between two offsets. */
  add(start: number, end: number): void {
    this.#count += 1;
    if (this.#tooMany) return;
    if (end - start > maxSentEventBytes) this.#addTooLong();
    else if (!this.#addRaw(this.#json.read(start, end))) this.#addText(start, end);
  }

  /** Adds the draft that begins at an offset. Returns where it ends. */
  addNext(start: number): number {
    this.#count += 1;
    if (this.#tooMany) return start;
    const limit = Math.min(this.#bytes.length, start + maxSentEventBytes);
    const raw = this.#json.readNext(start, limit);
    if (this.#addRaw(raw)) return this.#json.end(raw);
    const end = raw === none ? endOfValue(this.#bytes, start, limit) : this.#json.end(raw);
    if (end === none && limit < this.#bytes.length) this.#addTooLong();
    else this.#addText(start, end === none ? limit : end);
    this.#unreadable ||= end === none;
    return end;
  }

  /** Adds the draft that is the whole document, or says why the document is neither a draft nor a list. */
  addDocument(): void {
    if (this.#bytes.length > maxSentEventBytes) {
      this.#addTooLong('; a list begins with {"events":[');
      return;
    }
    this.#count += 1;
    const raw = this.#json.read(0, this.#bytes.length);
    const isList = raw !== none && this.#json.member(raw, eventsName) !== none;
    if (!isList && this.#addRaw(raw)) return;
    const { value, problems } = parseJson(this.#bytes.toString(), { maxValues: maxEventValues });
    if (!isObject(value)) throw neitherDraftNorList();
    if (Array.isArray(value.events)) this.#addBesideList(value, problems);
    else if (value.events === undefined || value.action !== undefined) {
      this.#addValue(value, problems);
    } else {
      throw new AnnalsError('invalid', 'Cannot record: events must be a list', {
        issues: [{ field: 'events', message: 'must be a list' }],
      });
    }
  }

  /** Says that the members after a list, which begin at an offset, are not allowed. */
  addOtherMembers(start: number): void {
    const text = this.#bytes.toString('utf8', start, start + maxSentEventBytes);
    const { value, problems } = parseJson(`{${text}`, { maxValues: maxEventValues });
    if (!isObject(value)) return;
    if (Object.hasOwn(value, 'events')) {
      this.#addIssues([{ field: 'events', message: 'is a duplicate key of its object' }]);
    }
    this.#addBesideList(value, problems);
  }

  /** The drafts. Throws if something is wrong with one of them. */
  result(): ReceivedDraft[] {
    if (this.#tooMany) throw tooMany(this.#options.maxDrafts);
    if (this.#issues.length > 0) {
      throw new AnnalsError('invalid', `Cannot record: ${describe(this.#issues)}`, {
        issues: this.#issues,
      });
    }
    if (this.#drafts.length > 0) return this.#drafts;
    throw new AnnalsError('invalid', 'Cannot record: the request has no event');
  }

  #addRaw(raw: number): boolean {
    const valid = raw !== none && isValidDraft(this.#json, raw, this.#options.now);
    if (valid) this.#drafts.push(new RawDraft(this.#json, raw));
    return valid;
  }

  #addText(start: number, end: number): void {
    try {
      const text = this.#bytes.toString('utf8', start, end);
      const { value, problems } = parseJson(text, { maxValues: maxEventValues });
      this.#addValue(value, problems);
    } catch (error) {
      this.#addError(error);
    }
  }

  #addValue(value: Json, problems: readonly JsonProblem[]): void {
    const { now, keep } = this.#options;
    const issues =
      problems.length === 0
        ? checkDraft(value, now)
        : problems.map(({ path, message }) => ({ field: formatPath(path), message }));
    this.#addIssues(issues.map((issue) => ({ index: this.#index, ...issue })));
    if (issues.length > 0) return;
    try {
      this.#drafts.push(keep(value as Draft));
    } catch (error) {
      this.#addError(error);
    }
  }

  #addBesideList(value: Record<string, Json>, problems: readonly JsonProblem[]): void {
    this.#addIssues(problems.map(({ path, message }) => ({ field: formatPath(path), message })));
    const others = Object.keys(value).filter((key) => key !== 'events');
    const message = 'is not allowed beside "events"';
    this.#addIssues(
      others.slice(0, maxIssues).map((key) => ({ field: formatPath([key]), message })),
    );
  }

  #addTooLong(hint = ''): void {
    const message = `has more than ${maxSentEventBytes} bytes as it was sent, with its escapes and white space${hint}`;
    this.#addIssues([{ index: this.#index, field: '', message }]);
  }

  #addError(error: unknown): void {
    if (!(error instanceof AnnalsError) || error.code !== 'invalid') throw error;
    const issues = error.issues.length > 0 ? error.issues : [{ field: '', message: error.message }];
    this.#addIssues(issues.map((issue) => ({ index: this.#index, ...issue })));
  }

  #addIssues(issues: readonly Issue[]): void {
    this.#issues.push(...issues.slice(0, maxIssues - this.#issues.length));
  }

  /** Of the draft that was added last. */
  get #index(): number {
    return Math.max(0, this.#count - 1);
  }
}

const eventsName = Buffer.from('events');

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
    return error === undefined ? [] : schemaIssues(draftSchema, error, unknownField);
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
  if (context?.system_service !== undefined && looksLikeOwnService(context.system_service)) {
    issues.push({
      field: 'context.system_service',
      message: `is "${ownService}" only in the server’s own records: leave it out, or name your own service`,
    });
  }
  return issues;
}

function unknownField(key: string, known: readonly string[], inside: boolean): string {
  if ((serverFields as readonly string[]).includes(key))
    return 'is set by the server: leave it out';
  const what = inside ? 'is not allowed here' : 'is not a field of an event';
  return `${what}${didYouMean(key, known)}: put it into "details"`;
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

function describe(issues: readonly Issue[]): string {
  const first = issues[0];
  if (first === undefined) return 'nothing is wrong';
  const event = first.index === undefined ? '' : `event ${first.index}`;
  const subject = [event, first.field].filter((text) => text !== '').join(', ');
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `${subject}: ${first.message}${more}`;
}
