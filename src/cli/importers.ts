import { AnnalsError } from '../core/errors.ts';
import { type Draft, serverFields } from '../core/event.ts';
import { type JsonObject, parseJson } from '../core/json/parse-json.ts';
import { parseInstant } from '../core/micros.ts';
import { cloudTrailDraft } from '../dialects/cloudtrail/wire.ts';
import { cockroachdbDraft } from '../dialects/cockroachdb/wire.ts';
import { isThalassaEntry } from '../dialects/thalassa/types.ts';
import { thalassaDraft } from '../dialects/thalassa/wire.ts';
import { upcloudDraft } from '../dialects/upcloud/wire.ts';

/** For each kind of file, turns the text of one entry into a draft. */
export const importers = {
  native: (entry: string) => importNative(readObject(entry)),
  thalassa: vendorImporter('createdAt', thalassaDraft),
  upcloud: vendorImporter('time', upcloudDraft),
  cockroachdb: vendorImporter('created_at', cockroachdbDraft),
  cloudtrail: cloudTrailDraft,
} as const satisfies Record<string, (entry: string) => Draft>;

export type ImportKind = keyof typeof importers;

/** An importer that rejects an entry without the time and the action that every entry of the vendor has. */
function vendorImporter(timeField: string, toDraft: (entry: JsonObject) => Draft) {
  return (text: string): Draft => {
    const entry = readObject(text);
    for (const field of [timeField, 'action']) {
      if (typeof entry[field] === 'string') continue;
      throw new AnnalsError(
        'invalid',
        `it has no ${field}, which every entry of this kind has: see --from`,
      );
    }
    // Without this the event would get the time of the import.
    if (typeof parseInstant(String(entry[timeField]), { truncate: true }) !== 'number') {
      throw new AnnalsError('invalid', `${timeField} is not an RFC 3339 time`);
    }
    return toDraft(entry);
  };
}

/**
 * An event or a draft of ours, without what the server sets; or an entry of Thalassa's, if it can be nothing else than
 * that or a draft. Whether a draft is valid is left to the reader of the file.
 */
function importNative(entry: JsonObject): Draft {
  if (serverFields.every((field) => entry[field] !== undefined)) {
    const { sequence: _, recordedAt: __, organizationIdentity: ___, personal, ...draft } = entry;
    if (personal === undefined) return draft as unknown as Draft;
    // The commitment is not valid for the new event. It is kept in `details`, to show that something was erased.
    const details = { ...(draft.details as JsonObject | undefined), personal };
    return { ...draft, details } as unknown as Draft;
  }
  // Our events and Thalassa’s always have an action. What is recorded by mistake stays recorded.
  if (entry.action === undefined) {
    throw new AnnalsError('invalid', 'it has no action, which every event has: see --from');
  }
  return isThalassaEntry(entry) ? thalassaDraft(entry) : (entry as unknown as Draft);
}

function readObject(entry: string): JsonObject {
  const { value, problems } = parseJson(entry);
  const problem = problems[0];
  if (problem !== undefined) {
    throw new AnnalsError('invalid', `${problem.path.join('.')} ${problem.message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new AnnalsError('invalid', 'it is not a JSON object');
}
