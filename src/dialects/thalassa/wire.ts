import { type Draft, draftSchema } from '../../core/event.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { formatInstant, parseInstant } from '../../core/micros.ts';

/** Fields a Thalassa entry and a native event have in common (wire: Thalassa 3.3); they mean the same. */
const sharedFields = [
  'eventID',
  'action',
  'description',
  'resourceType',
  'resourceIdentity',
  'userIdentity',
  'user',
  'serviceAccountIdentity',
  'serviceAccount',
  'impersonatorIdentity',
  'impersonator',
  'client',
  'context',
  'projectId',
] as const;

/** Where what has no place in a native event is kept: `details.thalassa`. */
const home = 'thalassa';

/**
 * A Thalassa entry as a draft. What has no native field, or a value its native field does not take (an
 * organisation of theirs, null, a text that is too long, a time finer than microseconds or spelt otherwise), is kept as it is under
 * `details.thalassa`, from where `thalassaEntry` puts it back.
 *
 * @param fallbackID for an entry without an id of its own
 */
export function thalassaDraft(entry: JsonObject, fallbackID?: string): Draft {
  const kept: { [key: string]: Json } = {};
  const draft: { [key: string]: Json } = {};
  for (const [field, value] of Object.entries(entry)) {
    if (isShared(field) && draftSchema.shape[field].safeParse(value).success) draft[field] = value;
    else kept[field] = value;
  }
  if (draft.action === undefined) draft.action = 'unknown';
  if (draft.eventID === undefined && fallbackID !== undefined) draft.eventID = fallbackID;
  const { createdAt } = entry;
  if (typeof createdAt === 'string') {
    const at = parseInstant(createdAt, { zone: 'utc', truncate: true });
    if (typeof at === 'number') {
      draft.createdAt = formatInstant(at);
      if (draft.createdAt === createdAt) delete kept.createdAt;
    }
  }
  if (Object.keys(kept).length > 0) draft.details = { [home]: kept };
  // Each field passed the check of its own schema.
  return draft as unknown as Draft;
}

/** A native event as a Thalassa entry: the entry it was made from, word for word, or the fields they share. */
export function thalassaEntry(event: JsonObject): JsonObject {
  const details = event.details as JsonObject | undefined;
  const kept = details?.[home] as JsonObject | undefined;
  const entry: { [key: string]: Json } = {};
  const fields = [
    'createdAt',
    ...sharedFields,
    ...(kept === undefined ? ['organizationIdentity'] : []),
  ];
  for (const field of fields) if (event[field] !== undefined) entry[field] = event[field];
  if (kept === undefined) return entry;
  return { ...entry, ...kept };
}

function isShared(field: string): field is (typeof sharedFields)[number] {
  return (sharedFields as readonly string[]).includes(field);
}
