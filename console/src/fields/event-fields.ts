import type { AuditEvent } from '../api/queries.ts';
import type { FilterName } from './filters.ts';

/** What a field of an event is: said once, for everything that shows it. */
export interface EventField {
  readonly label: string;
  readonly meaning: string;
  readonly value: (event: AuditEvent) => string | undefined;
  /** The filter that finds events with the same value. */
  readonly filter?: FilterName;
  readonly isInstant?: boolean;
}

const text = (value: unknown): string | undefined =>
  value === undefined || value === null || value === '' ? undefined : String(value);

export const eventFields: readonly EventField[] = [
  { label: 'Action', meaning: 'What was done', value: ({ action }) => action, filter: 'action' },
  {
    label: 'Outcome',
    meaning: 'Whether it succeeded',
    value: ({ outcome }) => outcome,
    filter: 'outcome',
  },
  {
    label: 'Status',
    meaning: 'HTTP status of the call',
    value: ({ context }) => text(context?.status),
    filter: 'responseStatus',
  },
  {
    label: 'User',
    meaning: 'Identity of the acting person',
    value: ({ userIdentity }) => userIdentity,
    filter: 'userIdentity',
  },
  { label: 'Name', meaning: 'Name of the acting person', value: ({ user }) => text(user?.name) },
  { label: 'E-mail', meaning: 'Of the acting person', value: ({ user }) => text(user?.email) },
  {
    label: 'Service account',
    meaning: 'Identity of the acting machine',
    value: ({ serviceAccountIdentity }) => serviceAccountIdentity,
    filter: 'serviceAccount',
  },
  {
    label: 'Impersonator',
    meaning: 'Who acted as somebody else',
    value: ({ impersonatorIdentity }) => impersonatorIdentity,
    filter: 'impersonatorIdentity',
  },
  {
    label: 'Resource type',
    meaning: 'The kind of thing it was done to',
    value: ({ resourceType }) => resourceType,
    filter: 'resourceType',
  },
  {
    label: 'Resource',
    meaning: 'What it was done to',
    value: ({ resourceIdentity }) => resourceIdentity,
    filter: 'resourceIdentity',
  },
  {
    label: 'Project',
    meaning: 'The project of the resource',
    value: ({ projectId }) => projectId,
    filter: 'projectId',
  },
  {
    label: 'Address',
    meaning: 'Where the call came from',
    value: ({ context }) => context?.client_ip,
    filter: 'clientIp',
  },
  {
    label: 'Country',
    meaning: 'Country of that address',
    value: ({ context }) => context?.country_code,
    filter: 'country',
  },
  {
    label: 'Credential',
    meaning: 'The key or token that was used',
    value: ({ context }) => context?.credentials_id,
    filter: 'credential',
  },
  {
    label: 'Agent',
    meaning: 'The program of the caller',
    value: ({ context }) => context?.user_agent,
  },
  {
    label: 'Request',
    meaning: 'Method and path of the call',
    value: ({ context }) => {
      const parts = [context?.method, context?.path ?? context?.url].filter(
        (part) => part !== undefined,
      );
      return parts.length === 0 ? undefined : parts.join(' ');
    },
  },
  {
    label: 'Duration',
    meaning: 'How long the call took, in milliseconds',
    value: ({ context }) => text(context?.duration),
  },
  {
    label: 'Trace',
    meaning: 'Joins the events of one request',
    value: ({ traceId }) => traceId,
    filter: 'traceId',
  },
  {
    label: 'Session',
    meaning: 'Joins the events of one session',
    value: ({ sessionId }) => sessionId,
    filter: 'sessionId',
  },
  {
    label: 'Recorded by',
    meaning: 'A system service, such as Annals itself',
    value: ({ context }) => context?.system_service,
  },
  {
    label: 'Happened',
    meaning: 'When it happened, as the producer says',
    value: ({ createdAt }) => createdAt,
    isInstant: true,
  },
  {
    label: 'Recorded',
    meaning: 'When it came into the log',
    value: ({ recordedAt }) => recordedAt,
    isInstant: true,
  },
  { label: 'Id', meaning: 'Unique in the organisation', value: ({ eventID }) => eventID },
  {
    label: 'Sequence',
    meaning: 'Its place in the log',
    value: ({ sequence }) => String(sequence),
  },
];
