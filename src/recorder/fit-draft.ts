import { type Draft, maxEventBytes } from '../core/draft-fields.ts';
import type { Json, JsonObject } from '../core/json/parse-json.ts';
import { copyAsJson, readProperty } from './copy-as-json.ts';
import { draftProblems } from './draft-problems.ts';

/** What an application records: a draft whose fields may also be undefined. */
export type RecorderDraft = { [Field in keyof Draft]?: Draft[Field] | undefined } & {
  action: string;
};

/** A draft as the text that will be sent: later changes of the draft do not change it. */
export interface FittedDraft {
  readonly eventID: string;
  readonly text: string;
  readonly bytes: number;
}

/** The log adds fields before it measures: organisation, sequence, time of recording, outcome. */
const maxDraftBytes = maxEventBytes - 1_024;

const tooLarge = `left out: an event has at most ${maxEventBytes} bytes`;

/** Never left out to save space: without them an event means nothing. */
const essential = ['eventID', 'createdAt', 'action'];

/**
 * Turns what an application recorded into a draft that the log will accept, or says in a sentence why that is not
 * possible. Never throws. If one strange value could lose an event, a caller could act unseen by sending one. So:
 *
 * - text that is too long for its field is cut, and control characters in it become U+FFFD;
 * - a value that its field cannot hold, or that has no field, is left out;
 * - an event that is too large loses its largest fields.
 *
 * `details.adjusted` names each such field with the reason and, where it fits, the original value.
 */
export function fitDraft(
  draft: unknown,
  defaults: { readonly eventID: string; readonly createdAt: string },
): FittedDraft | string {
  if (typeof draft !== 'object' || draft === null) return 'what was recorded is not an object';
  const fields = recordableFields(draft);
  if (typeof fields === 'string') return fields;
  fillDefaults(fields, defaults);
  const problems = draftProblems(fields);
  if (problems.length > 0) {
    for (const { path, why, replacement } of problems) setAside(fields, path, why, replacement);
    fillDefaults(fields, defaults);
    const [left] = draftProblems(fields);
    if (left !== undefined) return `its field ${left.path.join('.')}: ${left.why}`;
  }
  return { eventID: String(fields.eventID), ...shrink(fields) };
}

/** Copies each field by itself, so that one that is too large for any event does not cost the others. */
function recordableFields(draft: object): JsonObject | string {
  const fields = bareObject();
  const oversized: string[] = [];
  let keys: string[];
  try {
    keys = Object.keys(draft);
  } catch {
    return 'what was recorded cannot be read';
  }
  for (const key of keys) {
    const copy = copyAsJson(readProperty(draft, key), maxEventBytes);
    if (copy === 'too large') oversized.push(key);
    else if (copy.json !== undefined && copy.json !== null) fields[key] = copy.json;
  }
  if (fields.details !== undefined) objectIn(fields, 'details');
  for (const key of oversized) adjust(fields, key, tooLarge);
  return fields;
}

function fillDefaults(fields: JsonObject, defaults: { eventID: string; createdAt: string }): void {
  fields.eventID ??= defaults.eventID;
  fields.createdAt ??= defaults.createdAt;
}

/** Moves the value at a path to `details.adjusted`, and puts a replacement there if there is one. */
function setAside(
  fields: JsonObject,
  path: readonly string[],
  why: string,
  replacement?: string,
): void {
  const parent = valueAt(fields, path.slice(0, -1)) as JsonObject;
  const key = String(path.at(-1));
  const value = parent[key];
  if (replacement === undefined) delete parent[key];
  else parent[key] = replacement;
  // An empty or null value means nothing; leaving it out loses nothing.
  if (value === undefined || value === null || value === '') return;
  adjust(fields, path.join('.'), why, value);
}

function valueAt(fields: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = fields;
  for (const key of path) value = (value as JsonObject | undefined)?.[String(key)];
  return value;
}

/** Notes an adjustment. The first value noted for a path is the original one, and stays. */
function adjust(fields: JsonObject, path: string, why: string, value?: Json): void {
  const details = objectIn(fields, 'details');
  const adjusted = objectIn(details, 'adjusted');
  if (Object.hasOwn(adjusted, path)) return;
  adjusted[path] = value === undefined ? { why } : { why, value };
}

/** The object at a key. It is created if it is missing; another value that was there becomes its `value`. */
function objectIn(parent: JsonObject, key: string): JsonObject {
  const present = parent[key];
  if (typeof present === 'object' && present !== null && !Array.isArray(present)) return present;
  const object = bareObject();
  if (present !== undefined) object.value = present;
  parent[key] = object;
  return object;
}

/** Has `__proto__` as a key like any other. What has no prototype at all is slow in V8. */
const bareObject = (): JsonObject => Object.create(bare);
const bare: object = Object.create(null);

function shrink(fields: JsonObject): { text: string; bytes: number } {
  for (;;) {
    const text = JSON.stringify(fields);
    const bytes = Buffer.byteLength(text);
    if (bytes <= maxDraftBytes) return { text, bytes };
    const largest = largestField(fields);
    delete fields[largest];
    adjust(fields, largest, tooLarge);
  }
}

function largestField(fields: JsonObject): string {
  let largest = 'details';
  let most = 0;
  for (const [key, value] of Object.entries(fields)) {
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > most && !essential.includes(key)) {
      largest = key;
      most = bytes;
    }
  }
  return largest;
}
