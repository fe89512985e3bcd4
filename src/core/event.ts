import { z } from 'zod';
import { maxEventBytes, nameFields, noControlCharacters, proseFields } from './draft-fields.ts';
import { instantProblem, type Micros, parseInstant } from './micros.ts';

export {
  type Draft,
  maxEventBytes,
  maxRequestBytes,
  maxRequestEvents,
  noControlCharacters,
} from './draft-fields.ts';

/**
 * An event as it is sent, with escapes and white space. Few writers need twice the canonical bytes. What is longer is not
 * parsed.
 */
export const maxSentEventBytes = 4 * (maxEventBytes + 1);
/** A value in canonical JSON needs two bytes: one of its own, and one that separates it from the next. */
export const maxEventValues = (maxEventBytes + 1) / 2;
/** How far ahead of our clock `createdAt` may be. */
export const maxAheadMicros: Micros = 5 * 60 * 1_000_000;

const atMost = (max: number) => z.string().max(max, `must have at most ${max} characters`);

const name = (field: keyof typeof nameFields) =>
  atMost(nameFields[field])
    .min(1, 'must not be empty: leave the field out instead')
    .regex(noControlCharacters, 'must not contain control characters');

const prose = (field: keyof typeof proseFields) => atMost(proseFields[field]);

const instant = z
  .string()
  .superRefine((text, context) => {
    const parsed = parseInstant(text);
    if (typeof parsed === 'string') {
      context.addIssue({ code: 'custom', message: instantProblem(parsed) });
    }
  })
  .meta({ format: 'date-time' });

const free = z.record(z.string(), z.unknown());

const person = z.looseObject({
  subject: z.string().exactOptional(),
  name: z.string().exactOptional(),
  email: z.string().exactOptional(),
});

const context = z.looseObject({
  client_ip: z.string().exactOptional(),
  user_agent: z.string().exactOptional(),
  method: z.string().exactOptional(),
  path: z.string().exactOptional(),
  url: z.string().exactOptional(),
  status: z.number().int().min(0).max(999).exactOptional(),
  duration: z.union([z.number(), z.string()]).exactOptional(),
  credentials_id: z.string().exactOptional(),
  credentials_type: z.string().exactOptional(),
  headers: free.exactOptional(),
  country_code: z.string().exactOptional(),
  origin: z.string().exactOptional(),
  system_service: z.string().exactOptional(),
});

/**
 * What a producer sends (`POST /v1/audit/events`). One schema gives the check and the API document, and `Draft` is
 * its type. Unknown top-level fields are rejected: a misspelt field that is silently kept elsewhere would be a lost fact.
 * What has no field of its own belongs in `details`.
 */
export const draftSchema = z
  .strictObject({
    eventID: name('eventID').exactOptional(),
    createdAt: instant.exactOptional(),
    organizationIdentity: name('organizationIdentity').exactOptional(),
    projectId: name('projectId').exactOptional(),
    action: name('action'),
    description: prose('description').exactOptional(),
    resourceType: name('resourceType').exactOptional(),
    resourceIdentity: name('resourceIdentity').exactOptional(),
    userIdentity: name('userIdentity').exactOptional(),
    user: person.exactOptional(),
    serviceAccountIdentity: name('serviceAccountIdentity').exactOptional(),
    serviceAccount: free.exactOptional(),
    impersonatorIdentity: name('impersonatorIdentity').exactOptional(),
    impersonator: person.exactOptional(),
    client: free.exactOptional(),
    context: context.exactOptional(),
    outcome: z.enum(['success', 'failure']).exactOptional(),
    error: prose('error').exactOptional(),
    traceId: name('traceId').exactOptional(),
    sessionId: name('sessionId').exactOptional(),
    changes: z
      .strictObject({ before: free.exactOptional(), after: free.exactOptional() })
      .exactOptional(),
    details: free.exactOptional(),
  })
  .meta({
    id: 'Draft',
    title: 'Draft',
    description: 'What a producer sends; it becomes an event when it is recorded.',
  });

/** An immutable record in a log: a draft, completed and sequenced. */
export const eventSchema = draftSchema
  .extend({
    eventID: name('eventID'),
    createdAt: instant,
    organizationIdentity: name('organizationIdentity'),
    recordedAt: instant,
    sequence: z.number().int().min(0),
    /** In place of personal fields that were erased or left out: the hash that commits to them. */
    personal: z
      .string()
      .describe('In place of personal fields that were erased or left out')
      .exactOptional(),
  })
  .meta({
    id: 'Event',
    title: 'Event',
    description: 'One immutable record in an organisation’s log.',
  });

export type AuditEvent = z.infer<typeof eventSchema>;

/** Fields only the log itself may set. */
export const serverFields = ['sequence', 'recordedAt'] as const;

/** What `context.system_service` says on the server's own records, and on no producer's. */
export const ownService = 'annals';

/**
 * Whether the name of a system service would be taken for ours: it differs from it in nothing but case, form, spaces and
 * characters that are not seen.
 */
export function looksLikeOwnService(name: string): boolean {
  if (name === ownService) return true;
  // Longer names are compared too: any number of characters may be unseen.
  return name.normalize('NFKC').replace(unseen, '').toLowerCase() === ownService;
}

const unseen = /[\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
