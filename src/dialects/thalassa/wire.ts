import { type Draft, draftSchema } from '../../core/event.ts';
import { formatInstant, type Micros, parseInstant } from '../../core/micros.ts';
import { foldName, isEmpty, isFurtherMember, isKeptFor, pick, remainder } from '../mapping.ts';
import { isMembers, type Members } from '../members.ts';
import { entryTypes } from './types.ts';

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

type SharedField = (typeof sharedFields)[number];

/** `details.thalassa` keeps what has no native field. It also shows that an event came from there. */
const detailsKey = 'thalassa';

/**
 * A Thalassa entry as a draft. A member without a native field, or with a value that its native field does not take
 * (their organisation, null, a text that is too long, a time finer than microseconds or in another spelling), is kept as
 * it is under `details.thalassa`.
 *
 * @param fallbackID for an entry without an id of its own
 */
export function thalassaDraft(entry: Members, fallbackID?: string): Draft {
  const draft: Record<string, unknown> = { action: 'unknown' };
  const kept: [string, unknown][] = [];
  const at = microsOf(entry.createdAt);
  if (at !== undefined) draft.createdAt = formatInstant(at);
  for (const [field, value] of Object.entries(entry)) {
    if (isShared(field) && draftSchema.shape[field].safeParse(value).success) draft[field] = value;
    else if (field !== 'createdAt' || value !== draft.createdAt) kept.push([field, value]);
  }
  if (draft.eventID === undefined && fallbackID !== undefined) draft.eventID = fallbackID;
  // Each field passed the check of its own schema.
  return { ...draft, details: { [detailsKey]: Object.fromEntries(kept) } } as unknown as Draft;
}

/**
 * A native event as a pure Thalassa entry: the fields that they share, as far as the vendor's clients decode them, and
 * what an entry from there had besides. The outcome is where KMS entries have it, and everything else the event says is
 * under `context.annals`, so that it stays visible.
 */
export function thalassaEntry(event: Members): Members {
  const { sequence: _, recordedAt: __, organizationIdentity, ...facts } = event;
  const details = isMembers(event.details) ? event.details[detailsKey] : undefined;
  const kept = isMembers(details) ? details : undefined;
  const entry: Members = {
    ...decodableFields(event),
    organizationIdentity,
    ...pick(kept ?? {}, (name, value) => canBeRestored(name, value, event)),
  };
  const { outcome, ...missing } = remainder(facts, thalassaDraft(entry));
  const context: Record<string, unknown> = { ...(isMembers(entry.context) ? entry.context : {}) };
  if (outcome !== undefined && (kept === undefined || outcome !== impliedOutcome(event))) {
    context[unusedName(context, 'outcome', outcome)] = outcome;
  }
  if (!isEmpty(missing)) context[unusedName(context, 'annals')] = missing;
  return isEmpty(context) ? entry : { ...entry, context };
}

/** The shared fields, each without what the vendor's clients cannot decode. */
function decodableFields(event: Members): Members {
  const fields = (['createdAt', ...sharedFields] as const)
    .filter((field) => Object.hasOwn(event, field))
    .map((field) => [field, entryTypes[field](event[field]).decodable] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

const knownNames = new Set(Object.keys(entryTypes).map(foldName));

/**
 * Whether a kept member may be shown as Thalassa's: the vendor's clients decode it, and the log knows nothing of what it
 * says. Any producer may write `details.thalassa`; what is not shown as Thalassa's stays visible in `context.annals`.
 */
function canBeRestored(name: string, value: unknown, event: Members): boolean {
  if (name === 'createdAt') return isDecodable(name, value) && isSameInstant(value, event);
  // The log knows all three of every event. Its organisation is that of the log.
  if (name === 'eventID' || name === 'action' || name === 'organizationIdentity') return false;
  if (name === 'organization') return isDecodable(name, value) && isOrganisationOf(value, event);
  if (isShared(name)) return isDecodable(name, value) && isKeptFor(name, value, event);
  return isFurtherMember(name, knownNames, event);
}

function isDecodable(name: keyof typeof entryTypes, value: unknown): boolean {
  return entryTypes[name](value).aside === undefined;
}

/** The same instant in another spelling. */
function isSameInstant(value: unknown, event: Members): boolean {
  const at = microsOf(value);
  return at !== undefined && at === microsOf(event.createdAt);
}

function isOrganisationOf(value: unknown, event: Members): boolean {
  return !isMembers(value) || value.identity === event.organizationIdentity;
}

/** What the status says, where nothing else was said when the event was recorded. */
function impliedOutcome({ context }: Members): string | undefined {
  const status = isMembers(context) ? context.status : undefined;
  if (typeof status !== 'number') return undefined;
  return status >= 400 ? 'failure' : 'success';
}

/** The name, with as many underscores as it needs to be free, or to have this value already. */
export function unusedName(members: Members, name: string, value?: unknown): string {
  if (!Object.hasOwn(members, name) || (value !== undefined && members[name] === value))
    return name;
  return unusedName(members, `${name}_`, value);
}

function microsOf(time: unknown): Micros | undefined {
  const micros = typeof time === 'string' ? parseInstant(time, { truncate: true }) : undefined;
  return typeof micros === 'number' ? micros : undefined;
}

function isShared(field: string): field is SharedField {
  return (sharedFields as readonly string[]).includes(field);
}
