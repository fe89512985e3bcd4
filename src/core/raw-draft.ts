import {
  type Draft,
  draftSchema,
  looksLikeOwnService,
  maxAheadMicros,
  maxEventBytes,
} from './event.ts';
import { rawCheck } from './json/raw-check.ts';
import { none, type RawJson } from './json/raw-json.ts';
import { type Micros, parseInstant } from './micros.ts';

/** A valid draft that is left in the bytes it came in. */
export class RawDraft {
  readonly json: RawJson;
  /** The draft's object. */
  readonly object: number;

  constructor(json: RawJson, object: number) {
    this.json = json;
    this.object = object;
  }
}

/** A valid draft as canonical JSON of its own. Its token index, which may need far more memory, is made when it is needed. */
export class CanonicalDraft {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** A draft that was checked. */
export type ReceivedDraft = Draft | RawDraft | CanonicalDraft;

const fitsDraft = rawCheck(draftSchema);
const createdAtName = Buffer.from('createdAt');
const contextName = Buffer.from('context');
const systemServiceName = Buffer.from('system_service');

/**
 * Whether nothing is wrong with a draft. `checkDraft` says what is wrong. A draft that is too long is left to it too,
 * because it may be short enough without its white space.
 */
export function isValidDraft(json: RawJson, draft: number, now: Micros): boolean {
  if (json.end(draft) - json.start(draft) > maxEventBytes || !fitsDraft(json, draft)) return false;
  const createdAt = json.member(draft, createdAtName);
  if (createdAt !== none) {
    const at = parseInstant(json.textOf(createdAt));
    if (typeof at !== 'number' || at > now + maxAheadMicros) return false;
  }
  const context = json.member(draft, contextName);
  if (context === none) return true;
  const service = json.member(context, systemServiceName);
  return service === none || !looksLikeOwnService(json.textOf(service));
}
