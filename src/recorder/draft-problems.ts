import { type Draft, nameFields, noControlCharacters, proseFields } from '../core/draft-fields.ts';
import type { Json, JsonObject } from '../core/json/parse-json.ts';
import { instantProblem, parseInstant } from '../core/micros.ts';

/** A value that the log would reject. */
export interface DraftProblem {
  readonly path: readonly string[];
  readonly why: string;
  /** What the field can hold of the value; absent when that is nothing. */
  readonly replacement?: string;
}

/** Why a field cannot hold a value, and what it can hold of it. */
type Problem = Omit<DraftProblem, 'path'>;
type Check = (value: Json) => Problem | undefined;
type Checks = Readonly<Record<string, Check>>;

/**
 * Everything in a draft that the log would reject: what `draftSchema` of `core/event.ts` says, without the library that
 * it is written with, which is larger than the recorder.
 */
export function draftProblems(draft: JsonObject): DraftProblem[] {
  const problems: DraftProblem[] = [];
  // Not `draft.action`: a prototype is nobody's action.
  if (!Object.hasOwn(draft, 'action')) problems.push({ path: ['action'], why: 'is missing' });
  for (const field of Object.keys(draft)) {
    const value = draft[field]!;
    if (!Object.hasOwn(draftChecks, field)) {
      problems.push({ path: [field], why: 'is not a field of an event' });
    } else if (Object.hasOwn(memberChecks, field) && isObject(value)) {
      problems.push(...membersOf(field, value));
    } else {
      const problem = draftChecks[field as keyof Draft](value);
      if (problem !== undefined) problems.push({ path: [field], ...problem });
    }
  }
  return problems;
}

function membersOf(field: string, object: JsonObject): DraftProblem[] {
  const problems: DraftProblem[] = [];
  const checks = memberChecks[field] ?? {};
  for (const member of Object.keys(object)) {
    const problem = Object.hasOwn(checks, member) && checks[member]?.(object[member]!);
    if (problem) problems.push({ path: [field, member], ...problem });
  }
  return problems;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const object: Check = (value) => (isObject(value) ? undefined : { why: 'must be an object' });

const text: Check = (value) => (typeof value === 'string' ? undefined : { why: 'must be a text' });

const atMost =
  (max: number): Check =>
  (value) => {
    if (typeof value !== 'string') return text(value);
    if (value.length <= max) return undefined;
    const replacement = value.slice(0, max).toWellFormed();
    return { why: `must have at most ${max} characters`, replacement };
  };

const name = (max: number): Check => {
  const fits = atMost(max);
  return (value) => {
    const problem = fits(value);
    if (typeof value !== 'string') return problem;
    if (value === '') return { why: 'must not be empty: leave the field out instead' };
    if (noControlCharacters.test(value)) return problem;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
    const clean = (problem?.replacement ?? value).replace(/[\u0000-\u001f\u007f]/g, '\ufffd');
    return { why: problem?.why ?? 'must not contain control characters', replacement: clean };
  };
};

const instant: Check = (value) => {
  if (typeof value !== 'string') return text(value);
  const parsed = parseInstant(value);
  return typeof parsed === 'string' ? { why: instantProblem(parsed) } : undefined;
};

const status: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 999
    ? undefined
    : { why: 'must be a whole number from 0 to 999' };

const duration: Check = (value) =>
  typeof value === 'number' || typeof value === 'string'
    ? undefined
    : { why: 'must be a number or a text' };

const outcome: Check = (value) =>
  value === 'success' || value === 'failure' ? undefined : { why: 'must be success or failure' };

const changes: Check = (value) =>
  isObject(value) &&
  Object.entries(value).every(([key, side]) => ['before', 'after'].includes(key) && isObject(side))
    ? undefined
    : { why: 'must be an object of before and after, each an object' };

function checksOf<Field extends string>(
  limits: Readonly<Record<Field, number>>,
  check: (max: number) => Check,
): Readonly<Record<Field, Check>> {
  const entries = Object.entries<number>(limits).map(([field, max]) => [field, check(max)]);
  return Object.fromEntries(entries) as Readonly<Record<Field, Check>>;
}

const draftChecks: Readonly<Record<keyof Draft, Check>> = {
  ...checksOf(nameFields, name),
  ...checksOf(proseFields, atMost),
  createdAt: instant,
  outcome,
  changes,
  user: object,
  impersonator: object,
  serviceAccount: object,
  client: object,
  context: object,
  details: object,
};

const person: Checks = { subject: text, name: text, email: text };

const context: Checks = {
  client_ip: text,
  user_agent: text,
  method: text,
  path: text,
  url: text,
  status,
  duration,
  credentials_id: text,
  credentials_type: text,
  headers: object,
  country_code: text,
  origin: text,
  system_service: text,
};

/** The members that have one type, of fields that have room for more. */
const memberChecks: Readonly<Record<string, Checks>> = {
  user: person,
  impersonator: person,
  context,
};
