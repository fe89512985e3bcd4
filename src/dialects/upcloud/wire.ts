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
import { ulidOf, ulidPattern } from './ulid.ts';
import {
  actionFor,
  actions,
  originFor,
  origins,
  resourceTypeFor,
  resourceTypes,
} from './vocabulary.ts';

/** UpCloud's shapes (wire: UpCloud 3 to 7), and the one mapping between its event and ours. */

const free = z.record(z.string(), z.unknown());

const dateTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/)
  .meta({ format: 'date-time' });

/** An event. The vendor permits further members; ours is `native`: what UpCloud has no member for. */
export const upcloudEventSchema = z
  .looseObject({
    time: dateTime,
    auth_type: z.string(),
    cloud_event_id: z.string().regex(ulidPattern),
    upcloud_correlation_id: z.string(),
    resource_type: z.enum(resourceTypes),
    resource_sub_type: z.string().exactOptional(),
    action: z.enum(actions),
    origin: z.enum(origins),
    account_username: z.string(),
    ip_address: z.string().exactOptional(),
    resource_id: z.string().exactOptional(),
    current_state: free.exactOptional(),
    previous_state: free.exactOptional(),
  })
  .meta({ id: 'UpcloudAuditLog' });

export type UpcloudEvent = z.infer<typeof upcloudEventSchema>;

export const upcloudListSchema = z
  .object({ audit_logs: z.array(upcloudEventSchema) })
  .meta({ id: 'UpcloudAuditLogs' });

export const upcloudFilterOptionsSchema = z
  .object({
    resource_types: z.array(z.string()),
    actions: z.array(z.string()),
    origins: z.array(z.string()),
  })
  .meta({ id: 'UpcloudAuditLogFilterOptions' });

export const upcloudProblemSchema = z
  .strictObject({
    type: z.url(),
    title: z.string(),
    status: z.number().int().min(200).max(599),
    detail: z.string().exactOptional(),
    invalid_params: z
      .array(z.strictObject({ name: z.string(), reason: z.string() }))
      .exactOptional(),
    correlation_id: z.string().regex(ulidPattern).exactOptional(),
  })
  .meta({ id: 'UpcloudProblem' });

export type UpcloudProblem = z.infer<typeof upcloudProblemSchema>;

/**
 * The native draft of an event from UpCloud. A member without a native field, or with a value that does not fit into it,
 * is kept under `details.upcloud` by UpCloud's name. Takes any JSON object, also one that does not fit the vendor's
 * schema: an event must not be lost because its vendor has a new word.
 */
export function upcloudDraft(entry: Members): Draft {
  const draft = draftFields(entry);
  const kept = remainder(entry, {
    ...upcloudMembers(draft, draft.eventID ?? ''),
    // A word that the vendor added to a list later is in its native field already.
    action: draft.action,
    resource_type: draft.resourceType,
    origin: draft.context?.origin,
  });
  return isEmpty(kept) ? draft : { ...draft, details: { upcloud: kept } };
}

/** UpCloud's form of a recorded event. An event that came from UpCloud is again exactly as it was. */
export function toUpcloud(event: AuditEvent): UpcloudEvent {
  const { sequence, recordedAt, organizationIdentity, ...facts } = event;
  const createdAt = microsOf(event.createdAt) ?? 0;
  const id = ulidOf({
    organisation: organizationIdentity,
    eventID: event.eventID,
    sequence,
    createdAt,
  });
  const kept = event.details?.upcloud;
  const shown = {
    ...upcloudMembers(event, id),
    ...(isMembers(kept) && pick(kept, (name, value) => canBeRestored(name, value, event))),
  } as UpcloudEvent;
  const missing = remainder(facts, upcloudDraft(shown));
  if (isEmpty(missing)) return shown;
  // If the vendor has a member of this name, ours replaces it and contains it.
  const { native, ...own } = shown;
  return {
    ...(own as UpcloudEvent),
    native: native === undefined ? missing : remainder(facts, upcloudDraft(own)),
  };
}

/** The members that have a native field. */
function draftFields(entry: Members): Draft {
  const { auth_type, origin, ip_address, current_state, previous_state } = entry;
  const createdAt = microsOf(entry.time);
  const context = {
    ...(isText(ip_address) && { client_ip: ip_address }),
    ...(isText(auth_type) && auth_type !== '' && { credentials_type: auth_type }),
    ...(isText(origin) && { origin }),
    ...(origin === 'upcloud_internal' && { system_service: 'upcloud' }),
  };
  const changes = {
    ...(isMembers(previous_state) && { before: { ...previous_state } }),
    ...(isMembers(current_state) && { after: { ...current_state } }),
  };
  return {
    ...validField('eventID', entry.cloud_event_id),
    ...(createdAt !== undefined && { createdAt: formatInstant(createdAt) }),
    action: validField('action', entry.action)?.action ?? 'unknown',
    ...validField('resourceType', entry.resource_type),
    ...validField('resourceIdentity', entry.resource_id),
    ...validField('userIdentity', entry.account_username),
    ...validField('traceId', entry.upcloud_correlation_id),
    ...(!isEmpty(context) && { context }),
    ...(!isEmpty(changes) && { changes }),
  };
}

/** The fields that UpCloud has a member for. */
function upcloudMembers(draft: Draft, id: string): Members {
  const { context, changes } = draft;
  return {
    time: draft.createdAt?.replace('.000000', '') ?? '',
    auth_type: context?.credentials_type ?? '',
    cloud_event_id: id,
    upcloud_correlation_id: draft.traceId ?? '',
    resource_type: resourceTypeFor(draft.resourceType),
    action: actionFor(draft.action),
    origin: originFor(context?.origin),
    account_username: draft.userIdentity ?? draft.serviceAccountIdentity ?? '',
    ...(context?.client_ip !== undefined && { ip_address: context.client_ip }),
    ...(draft.resourceIdentity !== undefined && { resource_id: draft.resourceIdentity }),
    ...(changes?.after !== undefined && { current_state: changes.after }),
    ...(changes?.before !== undefined && { previous_state: changes.before }),
  };
}

const knownNames = new Set(Object.keys(upcloudEventSchema.shape).map(foldName));

/**
 * Whether a kept member may be shown as UpCloud's: it fits the vendor's schema, and the log knows nothing of what it
 * says. Any producer may write `details.upcloud`; what is not shown as UpCloud's stays visible in `native`.
 */
function canBeRestored(name: string, value: unknown, event: AuditEvent): boolean {
  switch (name) {
    case 'time':
      return isClientTime(value) && microsOf(value) === microsOf(event.createdAt);
    case 'resource_sub_type':
      return isText(value);
    case 'upcloud_correlation_id':
      return isText(value) && isKeptFor('traceId', value, event);
    case 'resource_id':
      return isText(value) && isKeptFor('resourceIdentity', value, event);
    case 'account_username':
      return (
        isText(value) &&
        isKeptFor('userIdentity', value, event) &&
        event.serviceAccountIdentity === undefined
      );
    default:
      return isFurtherMember(name, knownNames, event);
  }
}

function microsOf(time: unknown): Micros | undefined {
  const micros = isText(time) ? parseInstant(time, { truncate: true }) : undefined;
  return typeof micros === 'number' ? micros : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
