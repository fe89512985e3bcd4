import { z } from 'zod';
import { type Draft, draftSchema } from '../../core/event.ts';
import { formatInstant, parseInstant } from '../../core/micros.ts';
import { isEmpty, isMembers, type Members } from '../mapping.ts';

/** A time that the vendor's clients can read; an empty one breaks the whole page (wire: Thalassa 3.3). */
const timestamp = z
  .string()
  .refine(
    (text) => typeof parseInstant(text, { truncate: true }) === 'number',
    'is not an RFC 3339 time',
  );

const texts = z.record(z.string(), z.string());

const appUser = z.looseObject({
  subject: z.string().exactOptional(),
  name: z.string().exactOptional(),
  email: z.string().exactOptional(),
  createdAt: timestamp.exactOptional(),
});

const organisation = z.looseObject({
  identity: z.string().exactOptional(),
  name: z.string().exactOptional(),
  slug: z.string().exactOptional(),
  createdAt: timestamp.exactOptional(),
  updatedAt: timestamp.exactOptional(),
  objectVersion: z.number().int().exactOptional(),
  description: z.string().exactOptional(),
  labels: texts.exactOptional(),
  annotations: texts.exactOptional(),
});

const serviceAccount = z.looseObject({
  ...organisation.shape,
  deletedAt: timestamp.exactOptional(),
  organisation: organisation.exactOptional(),
  createdBy: appUser.exactOptional(),
  roleBindings: z.array(z.unknown()).exactOptional(),
});

/** An entry of Thalassa's list (wire: Thalassa 3.3), with the types that its clients decode. Further fields are allowed. */
export const thalassaEntrySchema = z.looseObject({
  createdAt: timestamp,
  eventID: z.string(),
  action: z.string(),
  userIdentity: z.string().exactOptional(),
  user: appUser.exactOptional(),
  serviceAccountIdentity: z.string().exactOptional(),
  serviceAccount: serviceAccount.exactOptional(),
  organizationIdentity: z.string().exactOptional(),
  organization: organisation.exactOptional(),
  impersonatorIdentity: z.string().exactOptional(),
  impersonator: appUser.exactOptional(),
  description: z.string().exactOptional(),
  resourceType: z.string().exactOptional(),
  resourceIdentity: z.string().exactOptional(),
  context: z.record(z.string(), z.unknown()).exactOptional(),
  client: z.record(z.string(), z.unknown()).exactOptional(),
  projectId: z.string().exactOptional(),
});

/** Fields that a Thalassa entry and a native event have in common; they mean the same. */
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

/** `details.thalassa` keeps what has no native field. It also shows that an event came from there. */
const detailsKey = 'thalassa';

/**
 * A Thalassa entry as a draft. A member without a native field, or with a value that its native field does not take
 * (their organisation, null, a text that is too long, a time finer than microseconds or in another spelling), is kept as
 * it is under `details.thalassa`; `thalassaEntry` puts it back.
 *
 * @param fallbackID for an entry without an id of its own
 */
export function thalassaDraft(entry: Members, fallbackID?: string): Draft {
  const draft: Record<string, unknown> = { action: 'unknown' };
  const kept: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(entry)) {
    if (isShared(field) && draftSchema.shape[field].safeParse(value).success) draft[field] = value;
    else kept[field] = value;
  }
  const { createdAt } = entry;
  const at =
    typeof createdAt === 'string' ? parseInstant(createdAt, { truncate: true }) : undefined;
  if (typeof at === 'number') {
    draft.createdAt = formatInstant(at);
    if (draft.createdAt === createdAt) delete kept.createdAt;
  }
  if (draft.eventID === undefined && fallbackID !== undefined) draft.eventID = fallbackID;
  // Each field passed the check of its own schema.
  return { ...draft, details: { [detailsKey]: kept } } as unknown as Draft;
}

/**
 * A native event as a pure Thalassa entry: the entry that it came from, word for word; or else the fields that they
 * share, the outcome where KMS entries have it, and the rest under `context.annals`, so that it stays visible.
 */
export function thalassaEntry(event: Members): Members {
  const kept = isMembers(event.details) ? event.details[detailsKey] : undefined;
  if (isMembers(kept)) return { ...validSharedFields(event), ...kept };
  const { sequence: _, recordedAt: __, outcome, ...facts } = event;
  const { organizationIdentity } = event;
  const entry: Record<string, unknown> = { ...validSharedFields(event), organizationIdentity };
  const context: Record<string, unknown> = { ...(isMembers(event.context) ? event.context : {}) };
  if (outcome !== undefined) context[unusedName(context, 'outcome', outcome)] = outcome;
  const missing = Object.entries(facts).filter(([field]) => !Object.hasOwn(entry, field));
  if (missing.length > 0) context[unusedName(context, 'annals')] = Object.fromEntries(missing);
  return isEmpty(context) ? entry : { ...entry, context };
}

/** The shared fields that the vendor's clients can decode. */
function validSharedFields(event: Members): Record<string, unknown> {
  const entry: Record<string, unknown> = {};
  for (const field of ['createdAt', ...sharedFields] as const) {
    const value = event[field];
    if (value === undefined || !thalassaEntrySchema.shape[field].safeParse(value).success) continue;
    entry[field] = value;
  }
  return entry;
}

/** The name, with as many underscores as it needs to be free, or to have this value already. */
function unusedName(members: Members, name: string, value?: unknown): string {
  if (!Object.hasOwn(members, name) || members[name] === value) return name;
  return unusedName(members, `${name}_`, value);
}

function isShared(field: string): field is (typeof sharedFields)[number] {
  return (sharedFields as readonly string[]).includes(field);
}
