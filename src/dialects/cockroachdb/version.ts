import { AnnalsError } from '../../core/errors.ts';
import type { AuditEvent } from '../../core/event.ts';
import { parseJson } from '../../core/json/parse-json.ts';
import { isMembers, type Members } from '../members.ts';
import { type CockroachdbEntry, toCockroachdb } from './wire.ts';

export type PayloadForm = 'text' | 'object';

/** What differs between versions of the API (wire: CockroachDB 3). */
export interface ApiVersion {
  readonly payload: PayloadForm;
  /** Whether entries have `system_actor_name`. */
  readonly systemActor: boolean;
}

const newest: ApiVersion = { payload: 'text', systemActor: true };

/** By the value of `Cc-Version` (wire: CockroachDB 2.2). */
const versions: ReadonlyMap<string, ApiVersion> = new Map([
  ['2022-09-20', { payload: 'object', systemActor: false }],
  ['2023-04-10', { payload: 'object', systemActor: false }],
  ['2024-09-16', { payload: 'text', systemActor: false }],
  ['2026-09-15', newest],
  ['latest', newest],
]);

/** The newest without the header. Throws `invalid`, with the vendor's own message, for an unknown version. */
export function parseApiVersion(header: string | undefined): ApiVersion {
  if (header === undefined || header === '') return newest;
  const version = versions.get(header);
  if (version === undefined) throw new AnnalsError('invalid', 'invalid Cc-Version');
  return version;
}

/** An event in the form of a version of the API. */
export function entryInVersion(event: AuditEvent, version: ApiVersion): CockroachdbEntry {
  const entry = toCockroachdb(event, 'recorded');
  const systemActor = event.context?.system_service === undefined ? '' : 'SYSTEM_ACTOR_NAME_SYSTEM';
  return {
    ...entry,
    payload: version.payload === 'text' ? asText(entry.payload) : asObject(entry.payload),
    ...(version.systemActor && { system_actor_name: entry.system_actor_name ?? systemActor }),
  };
}

function asText(payload: CockroachdbEntry['payload'] = ''): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

/** A text that is not a JSON object, or would be changed by reading it, becomes the only member of one. */
function asObject(payload: CockroachdbEntry['payload'] = ''): Members {
  if (typeof payload !== 'string') return payload;
  if (payload === '') return {};
  try {
    const { value, problems } = parseJson(payload);
    if (isMembers(value) && problems.length === 0) return value;
  } catch (error) {
    if (!(error instanceof AnnalsError)) throw error;
  }
  return { text: payload };
}
