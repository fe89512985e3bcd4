import { AnnalsError } from '../core/errors.ts';
import { type Draft, serverFields } from '../core/event.ts';
import { type JsonObject, parseJson } from '../core/json/parse-json.ts';
import { cloudTrailDraft } from '../dialects/cloudtrail/wire.ts';
import { cockroachdbDraft } from '../dialects/cockroachdb/wire.ts';
import { thalassaDraft } from '../dialects/thalassa/wire.ts';
import { upcloudDraft } from '../dialects/upcloud/wire.ts';

/** For each kind of file, turns the text of one entry into a draft. */
export const importers = {
  native: (entry: string) => importNative(readObject(entry)),
  thalassa: importerRequiring(['createdAt', 'action'], thalassaDraft),
  upcloud: importerRequiring(['time', 'action'], upcloudDraft),
  cockroachdb: importerRequiring(['created_at', 'action'], cockroachdbDraft),
  cloudtrail: cloudTrailDraft,
} as const satisfies Record<string, (entry: string) => Draft>;

export type ImportKind = keyof typeof importers;

/** An importer that rejects an entry without the fields that every entry of the vendor has. */
function importerRequiring(fields: readonly string[], toDraft: (entry: JsonObject) => Draft) {
  return (text: string): Draft => {
    const entry = readObject(text);
    for (const field of fields) {
      if (typeof entry[field] === 'string') continue;
      throw new AnnalsError(
        'invalid',
        `it has no ${field}, which every entry of this kind has: see --from`,
      );
    }
    return toDraft(entry);
  };
}

/** Fields that only our own events have. An entry without any of them is one of Thalassa's. */
const ownFields = ['details', 'changes', 'outcome', 'error', 'traceId', 'sessionId'];

/** An event or a draft of ours, without what the server sets; or else an entry of Thalassa's. */
function importNative(entry: JsonObject): Draft {
  if (serverFields.every((field) => entry[field] !== undefined)) {
    const { sequence: _, recordedAt: __, organizationIdentity: ___, personal, ...draft } = entry;
    if (personal === undefined) return draft as unknown as Draft;
    // The commitment is not valid for the new event. It is kept in `details`, to show that something was erased.
    const details = { ...(draft.details as JsonObject | undefined), personal };
    return { ...draft, details } as unknown as Draft;
  }
  if (ownFields.some((field) => entry[field] !== undefined)) return entry as unknown as Draft;
  // Our events and Thalassa’s always have an action. What is recorded by mistake stays recorded.
  if (typeof entry.action !== 'string') {
    throw new AnnalsError('invalid', 'it has no action, which every event has: see --from');
  }
  return thalassaDraft(entry);
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
