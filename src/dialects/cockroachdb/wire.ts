import { z } from 'zod';
import type { AuditEvent, Draft } from '../../core/event.ts';
import { formatInstant, type Micros, parseInstant } from '../../core/micros.ts';
import {
  foldName,
  isClientTime,
  isEmpty,
  isFurtherMember,
  isKeptFor,
  pick,
  remainder,
  validField,
} from '../mapping.ts';
import { isMembers, type Members } from '../members.ts';
import { actionFor, originOf, sourceFor } from './vocabulary.ts';

/** CockroachDB Cloud's shapes (wire: CockroachDB 3 and 5), and the one mapping between its entry and our event. */

const dateTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/)
  .meta({ format: 'date-time' });

/** An entry. Every member is optional. Our own is `native`: what the vendor has no member for. */
export const cockroachdbEntrySchema = z
  .looseObject({
    id: z.string(),
    trace_id: z.string(),
    session_id: z.string(),
    source: z.string().regex(/^AUDIT_LOG_SOURCE_/),
    user_email: z.string(),
    service_account_name: z.string(),
    cluster_id: z.string(),
    cluster_name: z.string(),
    action: z.string().regex(/^AUDIT_LOG_ACTION_/),
    /** Text in versions from 2024-09-16, an object before (wire: CockroachDB 3.3). */
    payload: z.union([z.string(), z.record(z.string(), z.unknown())]),
    metadata: z.looseObject({ ip_address: z.string().exactOptional() }).nullable(),
    /** Not empty where the entry records a failure. */
    error: z.string(),
    created_at: dateTime,
    /** From version 2026-09-15. */
    system_actor_name: z.string(),
  })
  .partial()
  .meta({ id: 'CockroachdbAuditLogEntry' });

export type CockroachdbEntry = z.infer<typeof cockroachdbEntrySchema>;

export const cockroachdbListSchema = z
  .object({
    entries: z.array(cockroachdbEntrySchema),
    next_starting_from: dateTime.exactOptional(),
  })
  .meta({ id: 'CockroachdbListAuditLogsResponse' });

export const cockroachdbStatusSchema = z
  .strictObject({
    code: z.number().int(),
    message: z.string(),
    details: z.array(z.looseObject({ '@type': z.string() })),
  })
  .meta({ id: 'CockroachdbStatus' });

export type CockroachdbStatus = z.infer<typeof cockroachdbStatusSchema>;

/** The system service of an entry of which the vendor's own system is the actor. */
const vendorService = 'cockroachdb';

/** Members of every version; the vendor's own responses have them all (wire: CockroachDB 3.2). */
const membersOfEveryVersion = Object.keys(cockroachdbEntrySchema.shape).filter(
  (name) => name !== 'system_actor_name',
);

/**
 * The native draft of an entry. A member without a native field, or with a value that does not fit into it, is kept under
 * `details.cockroachdb` by the vendor's name; null there marks a member that the entry did not have. Takes any JSON
 * object, also one that does not fit the vendor's schema.
 */
export function cockroachdbDraft(entry: Members): Draft {
  const draft = draftFields(entry);
  const kept = {
    ...remainder(entry, { ...cockroachdbMembers(draft), id: draft.eventID, action: draft.action }),
    ...Object.fromEntries(
      membersOfEveryVersion
        .filter((name) => !Object.hasOwn(entry, name))
        .map((name) => [name, null]),
    ),
  };
  return isEmpty(kept) ? draft : { ...draft, details: { cockroachdb: kept } };
}

/**
 * CockroachDB's form of a recorded event. As `original`, an entry that came from there is again exactly as it was. As
 * `recorded`, it is what our own server sends: `created_at` is when we recorded it, so that a walk never misses one;
 * every member is there; and the time when it happened is among what the vendor has no member for. All that is in the
 * payload if the event has no payload of its own, where the vendor's tools show it, and otherwise in `native`.
 */
export function toCockroachdb(
  event: AuditEvent,
  view: 'original' | 'recorded' = 'original',
): CockroachdbEntry {
  const { eventID, createdAt, sequence, recordedAt, organizationIdentity, ...facts } = event;
  const isOriginal = view === 'original';
  const kept = isMembers(event.details?.cockroachdb) ? event.details.cockroachdb : {};
  const whole = {
    ...cockroachdbMembers(event),
    ...(!isOriginal && { created_at: trimFraction(recordedAt) }),
    ...pick(kept, (name, value) => canBeRestored(name, value, event, isOriginal)),
    ...(canBeMetadata(kept.metadata) && {
      metadata: { ...kept.metadata, ...cockroachdbMembers(event).metadata },
    }),
  };
  const entry: Members = isOriginal
    ? pick(whole, (name) => kept[name] !== null || !membersOfEveryVersion.includes(name))
    : whole;
  const toShow = isOriginal || createdAt === recordedAt ? facts : { createdAt, ...facts };
  const missing = remainder(toShow, cockroachdbDraft(entry));
  if (isEmpty(missing)) return entry;
  if (entry.payload === '') return { ...entry, payload: missing };
  // If the vendor has a member of this name, ours replaces it and contains it.
  const { native, ...own } = entry;
  return {
    ...own,
    native: native === undefined ? missing : remainder(toShow, cockroachdbDraft(own)),
  };
}

/** The members that have a native field. */
function draftFields(entry: Members): Draft {
  const { source, metadata, error, system_actor_name } = entry;
  const createdAt = microsOf(entry.created_at);
  const address = isMembers(metadata) ? metadata.ip_address : undefined;
  const user = validField('userIdentity', entry.user_email);
  const cluster = validField('resourceIdentity', entry.cluster_id);
  const context = {
    ...(isText(address) && { client_ip: address }),
    ...(isText(source) && source !== '' && { origin: originOf(source) }),
    ...(isText(system_actor_name) && system_actor_name !== '' && { system_service: vendorService }),
  };
  return {
    ...validField('eventID', entry.id),
    ...(createdAt !== undefined && { createdAt: formatInstant(createdAt) }),
    action: validField('action', entry.action)?.action ?? 'unknown',
    ...(cluster && { resourceType: 'cluster', ...cluster }),
    ...(user && { ...user, user: { email: user.userIdentity } }),
    ...validField('serviceAccountIdentity', entry.service_account_name),
    ...validField('traceId', entry.trace_id),
    ...validField('sessionId', entry.session_id),
    ...(!isEmpty(context) && { context }),
    ...(isText(error) && { outcome: error === '' ? 'success' : 'failure' }),
    ...(error !== '' && validField('error', error)),
  };
}

/** The fields that CockroachDB has a member for. */
function cockroachdbMembers(draft: Draft) {
  const { context } = draft;
  const isCluster = draft.resourceType === 'cluster';
  return {
    id: draft.eventID ?? '',
    trace_id: draft.traceId ?? '',
    session_id: draft.sessionId ?? '',
    source: sourceFor(context?.origin),
    user_email: emailOf(draft),
    service_account_name: draft.serviceAccountIdentity ?? '',
    cluster_id: isCluster ? (draft.resourceIdentity ?? '') : '',
    cluster_name: '',
    action: actionFor(draft.action, draft.resourceType),
    payload: '',
    metadata: context?.client_ip === undefined ? null : { ip_address: context.client_ip },
    error: errorOf(draft),
    created_at: trimFraction(draft.createdAt ?? ''),
  };
}

/** Who did it: an identity if the address is unknown, because an entry that names nobody is useless. */
function emailOf({ user, userIdentity }: Draft): string {
  return user?.email || (userIdentity ?? '');
}

/** An entry is a failure if it has an error, so a failure without a text gets one. */
function errorOf({ error, outcome, context }: Draft): string {
  if (error) return error;
  if (outcome !== 'failure') return '';
  return context?.status === undefined ? 'failure' : `status ${context.status}`;
}

const knownNames = new Set(Object.keys(cockroachdbEntrySchema.shape).map(foldName));

/**
 * Whether a kept member may be shown as CockroachDB's: it fits the vendor's schema, and the log knows nothing of what it
 * says. Any producer may write `details.cockroachdb`; what is not shown as CockroachDB's stays visible in `native`.
 */
function canBeRestored(
  name: string,
  value: unknown,
  event: AuditEvent,
  isOriginal: boolean,
): boolean {
  switch (name) {
    case 'id':
      return isOriginal && isText(value) && validField('eventID', value) === undefined;
    case 'created_at':
      return isOriginal && isClientTime(value) && microsOf(value) === microsOf(event.createdAt);
    case 'trace_id':
      return isText(value) && isKeptFor('traceId', value, event);
    case 'session_id':
      return isText(value) && isKeptFor('sessionId', value, event);
    case 'user_email':
      return isText(value) && isKeptFor('userIdentity', value, event) && emailOf(event) === '';
    case 'service_account_name':
      return isText(value) && isKeptFor('serviceAccountIdentity', value, event);
    case 'cluster_id':
      return isText(value) && isKeptFor('resourceIdentity', value, event);
    case 'cluster_name':
      return isText(value);
    case 'system_actor_name':
      // It says which of the vendor's own services acted, if one did.
      return (
        isText(value) &&
        event.context?.system_service === (value === '' ? undefined : vendorService)
      );
    case 'error':
      return isText(value) && event.outcome === 'failure' && isKeptFor('error', value, event);
    case 'payload':
      return isText(value) || isMembers(value);
    default:
      return isFurtherMember(name, knownNames, event);
  }
}

/** The address comes from `context.client_ip` alone. */
function canBeMetadata(value: unknown): value is Members {
  return isMembers(value) && Object.keys(value).every((name) => foldName(name) !== 'ip_address');
}

/** As protobuf writes time: no fraction where there is none. */
function trimFraction(instant: string): string {
  return instant.replace('.000000', '');
}

function microsOf(time: unknown): Micros | undefined {
  const micros = isText(time) ? parseInstant(time, { truncate: true }) : undefined;
  return typeof micros === 'number' ? micros : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
